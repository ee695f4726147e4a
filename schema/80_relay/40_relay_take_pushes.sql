create or replace function relay_take_pushes(at_most int, within interval)
returns table (occasion_id bigint, subscription_id bigint, endpoint text, p256dh text, auth text, kind text, room_id bigint, seconds int, message text)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  most_waiting constant int := 10000;
  left_over int := 500; -- browsers that still get their rows in this call
  occasion push_occasions;
  last bigint;
begin
  if not exists (select from push_occasions) then
    return;
  end if;
  while left_over > 0 and not exists (select from pushes offset most_waiting - 1) loop
    select * into occasion from push_occasions o where o.told_at is null order by o.id limit 1 for update skip locked;
    exit when not found;
    with next as (
      select s.id, s.user_id from push_subscriptions s
      where s.id > occasion.last_told and (s.expires_at is null or s.expires_at > clock_timestamp()) and s.user_id in (
        select occasion.user_id
        union all
        select m.user_id from reminders m where occasion.kind = 'reminder' and m.room_id = occasion.room_id
        union all
        select f.user_id from follows f where occasion.kind = 'followed' and f.followed_id = occasion.by_user)
      order by s.id limit left_over
    ), told as (
      insert into pushes (occasion_id, subscription_id)
      select occasion.id, n.id from next n where wants_push(occasion.id, n.user_id)
      on conflict do nothing
    )
    select max(n.id), left_over - count(*) into last, left_over from next n;
    update push_occasions o set last_told = coalesce(last, o.last_told), told_at = case when left_over > 0 then clock_timestamp() end
    where o.id = occasion.id;
  end loop;
  return query
  with due as materialized (
    select p.occasion_id, p.subscription_id from pushes p
    where p.due_at <= clock_timestamp() order by p.due_at limit relay_take_pushes.at_most for update skip locked
  ), kept as materialized (
    select d.occasion_id, d.subscription_id from due d
    join push_subscriptions s on s.id = d.subscription_id
    where (s.expires_at is null or s.expires_at > clock_timestamp()) and wants_push(d.occasion_id, s.user_id)
  ), withdrawn as (
    delete from pushes p using due d
    where (p.occasion_id, p.subscription_id) = (d.occasion_id, d.subscription_id)
      and not exists (select from kept k where (k.occasion_id, k.subscription_id) = (d.occasion_id, d.subscription_id))
  ), taken as (
    update pushes p set attempts = p.attempts + 1, due_at = clock_timestamp() + relay_take_pushes.within
    from kept k where (p.occasion_id, p.subscription_id) = (k.occasion_id, k.subscription_id)
    returning p.occasion_id, p.subscription_id
  )
  select t.occasion_id, t.subscription_id, s.endpoint, s.p256dh, s.auth, o.kind, o.room_id,
         least(ceil(extract(epoch from o.expires_at - clock_timestamp()))::int, case when o.kind in ('reminder', 'followed') then 600 end),
         jsonb_build_object('kind', o.kind, 'room', r.name, 'by', u.username,
                            'path', coalesce('invitations/' || i.code, 'rooms/' || o.room_id))::text
  from taken t
  join push_subscriptions s on s.id = t.subscription_id
  join push_occasions o on o.id = t.occasion_id
  join rooms r on r.id = o.room_id
  left join users u on u.id = o.by_user
  left join invitations i on i.id = o.invitation_id;
  delete from push_occasions o
  where o.expires_at < clock_timestamp() or (o.told_at is not null and not exists (select from pushes p where p.occasion_id = o.id));
end
$$;

comment on function relay_take_pushes(int, interval) is
  'Notifications that a relay is to send now, at most so many; no other relay is given them within this time. `seconds`: for how long a push service keeps them, ten minutes at most for a room that opened, because what it keeps cannot be withdrawn; `message`: {kind, room, by, path}. Before, the next 500 browsers get their rows, while fewer than 10,000 rows wait; what is no longer wanted (wants_push), or for a browser whose session has expired, is deleted.';
