-- SECURITY DEFINER, because under a policy PostgreSQL uses no index for an operator that is not LEAKPROOF. So every condition of the
-- policies is repeated here. Of each kind at most 500 matches are ranked: a search for one letter costs no more than that.
create or replace function search(query text, kinds text[] default '{room,club,person}', most int default 20)
returns table (kind text, id bigint, name text, about text, here int, followed boolean)
language plpgsql stable security definer set search_path = roomtone, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  wanted constant tsquery := search_query(search.query);
  beginning constant text := folded(btrim(left(search.query, 200)));
  me constant bigint := acting_user();
  rows_of_each constant int := least(greatest(search.most, 0), 100);
begin
  if wanted is null then
    return;
  end if;
  if 'room' = any (search.kinds) then
    return query
      with people as materialized (
        select u.id from users u where search_vector(u.username || ' ' || coalesce(u.bio, '')) @@ wanted limit 500
      ), found as (
        (select r.id from rooms r
         where r.ended_at is null and search_vector(r.name || ' ' || coalesce(r.description, '')) @@ wanted and (r.access <> 'invited' or may_see_room(r.id)) limit 500)
        union
        (select r.id from (select c.id from clubs c where search_vector(c.name || ' ' || coalesce(c.description, '')) @@ wanted limit 500) c
         join rooms r on r.club_id = c.id and r.ended_at is null where r.access <> 'invited' or may_see_room(r.id) limit 500)
        union
        (select r.id from people u join rooms r on r.host_id = u.id and r.ended_at is null where r.access <> 'invited' or may_see_room(r.id) limit 500)
        union
        (select r.id from people u join rooms r on r.co_host_ids @> array[u.id] and r.co_host_ids <> '{}' and r.ended_at is null
         where r.access <> 'invited' or may_see_room(r.id) limit 500)
      ), first as materialized (
        select r.id, r.name, r.club_id, r.host_id, r.opened_at is null as scheduled, r.starts_at, coalesce(l.here, 0) as here
        from found join rooms r on r.id = found.id left join logs l on l.room_id = r.id
        order by scheduled, here desc, r.starts_at, r.id limit rows_of_each
      )
      select 'room', r.id, r.name, coalesce(c.name, h.username), r.here,
             exists (select from followers f where f.club_id = r.club_id and f.user_id = me)
      from first r join users h on h.id = r.host_id left join clubs c on c.id = r.club_id
      order by r.scheduled, r.here desc, r.starts_at, r.id;
  end if;
  if 'club' = any (search.kinds) then
    return query
      with found as materialized (
        select c.id, c.name, c.description, folded(c.name) as key from clubs c
        where search_vector(c.name || ' ' || coalesce(c.description, '')) @@ wanted limit 500)
      select 'club', c.id, c.name, c.description, null::int, f.user_id is not null
      from found c left join followers f on f.club_id = c.id and f.user_id = me
      order by not starts_with(c.key, beginning), f.user_id is null, length(c.name), c.name limit rows_of_each;
  end if;
  if 'person' = any (search.kinds) then
    return query
      with found as materialized (
        -- The exact name comes first, however many others begin like it.
        (select u.id, u.username, u.kind, u.bio, u.disabled_at, folded(u.username) as key
         from users u where name_key(u.username) = name_key(left(search.query, 200)))
        union
        (select u.id, u.username, u.kind, u.bio, u.disabled_at, folded(u.username)
         from users u where search_vector(u.username || ' ' || coalesce(u.bio, '')) @@ wanted limit 500))
      select 'person', u.id, u.username, u.bio, null::int, f.user_id is not null
      from found u left join follows f on f.followed_id = u.id and f.user_id = me
      where u.kind in ('person', 'bot') and u.disabled_at is null
        and not exists (select from blocks b where b.user_id = u.id and b.blocked_id = me)
      order by u.key <> beginning, f.user_id is null, not starts_with(u.key, beginning), length(u.username), u.username
      limit rows_of_each;
  end if;
end
$$;

comment on function search(text, text[], int) is
  'Find open and scheduled rooms, clubs and people by words that begin so, without regard to case and accents (folded): select kind, name, about from search(''cafe''); At most `most` of each kind, 100. Not found are rooms that the acting user may not see, disabled users, and users who have blocked the acting user.';
