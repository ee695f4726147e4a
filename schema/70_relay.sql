-- What the relay's own login may do, all of it: become a user, read the log for those it serves,
-- and keep presence. Everything else it does as somebody.

create or replace function token_is_revoked(jti text) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from revoked_tokens r where r.jti = token_is_revoked.jti);

comment on function token_is_revoked(text) is 'Whether the owner of this token has signed out.';

create or replace function become(claims jsonb, node text) returns void
language plpgsql as $$
begin
  if token_is_revoked(claims ->> 'jti') then
    raise invalid_authorization_specification using
      message = 'you have signed out',
      hint    = 'POST /session signs in.';
  end if;
  perform set_config('request.jwt.claims', claims::text, true),
          set_config('roomtone.node', become.node, true),
          set_config('role', case when coalesce(claims ->> 'sub', '') = '' then 'roomtone_anon' else 'roomtone_person' end, true);
end
$$;

comment on function become(jsonb, text) is
  'Until the transaction ends, be the user these verified claims name, or an anonymous visitor. Refuses revoked tokens.';

create or replace function relay_secret(name text) returns text
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into secrets (name, value)
  values (relay_secret.name, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
  on conflict do nothing;
  return (select s.value from secrets s where s.name = relay_secret.name);
end
$$;

comment on function relay_secret(text) is 'A secret all relays of this database share, made when first asked for (244 random bits).';

drop function if exists sign_in(text);

create or replace function sign_in(username text, kind text default 'person') returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  visitor users;
begin
  select * into visitor from users u where name_key(u.username) = name_key(sign_in.username);
  if not found and sign_in.kind in ('person', 'bot') then
    insert into users (username, kind) values (sign_in.username, sign_in.kind)
    on conflict do nothing returning * into visitor;
    if not found then -- somebody of that name arrived in this very moment
      select * into visitor from users u where name_key(u.username) = name_key(sign_in.username);
      if not found then
        raise unique_violation using
          message    = 'this name looks like that of somebody else',
          constraint = 'users_username_looks_like_no_other',
          hint       = 'Choose another name.';
      end if;
    end if;
  end if;
  if sign_in.kind = 'bot' and visitor.kind <> 'bot' then
    raise insufficient_privilege using
      message    = format('%s is not a bot', visitor.username),
      constraint = 'users_only_bots_are_bots',
      hint       = 'Give it a name of its own.';
  elsif visitor.kind <> sign_in.kind or sign_in.kind not in ('person', 'bot') then
    raise insufficient_privilege using
      message    = format('%s is not a person', coalesce(visitor.username, sign_in.username)),
      constraint = 'users_only_people_sign_in',
      hint       = 'Choose another name.';
  end if;
  return visitor;
end
$$;

comment on function sign_in(text, text) is
  'The person (or bot) of this name, created if unknown: the demo''s way to be somebody. Whoever is the one is never the other.';

create or replace function relay_logs(rooms bigint[]) returns table (room_id bigint, epoch bigint, head_seq bigint)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- A crash empties the logs; whoever looks first opens the new ones.
  perform open_logs(array(select r.id from rooms r where r.id = any (relay_logs.rooms)));
  return query select l.room_id, l.epoch, l.head_seq from logs l where l.room_id = any (relay_logs.rooms);
end
$$;

comment on function relay_logs(bigint[]) is 'Heads of these rooms'' logs, opened if they are not there.';

drop function if exists relay_read(bigint[], bigint[], int); -- what it returns has grown

create function relay_read(rooms bigint[], afters bigint[], at_most int default 1000)
returns table (room_id bigint, epoch bigint, head_seq bigint, tail_seq bigint, seq bigint, table_name text, type text,
               recipient bigint, seat_user bigint, seat_peer uuid, event text, taken_back_seq bigint)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  return query
    select l.room_id, l.epoch, l.head_seq, l.tail_seq, e.seq, e.table_name, e.type,
           case when e.taken_back_at is null then e.recipient else 0 end, -- nobody's
           case e.table_name when 'participants' then (coalesce(e.record, e.old_record) ->> 'user_id')::bigint end,
           case e.table_name when 'participants' then (e.record ->> 'peer_id')::uuid end,
           event_json(e)::text,
           case when e.table_name = 'messages' and e.type = 'DELETE' then (
             select x.seq from events x
             where x.room_id = e.room_id and x.table_name = 'messages' and x.type = 'INSERT'
               and (x.record ->> 'id')::bigint = (e.old_record ->> 'id')::bigint) end
    from unnest(relay_read.rooms, relay_read.afters) as wanted (room_id, after)
    join logs l on l.room_id = wanted.room_id
    left join lateral (
      select * from events x where x.room_id = wanted.room_id and x.seq > wanted.after order by x.seq limit relay_read.at_most
    ) e on true
    order by l.room_id, e.seq;
end
$$;

comment on function relay_read(bigint[], bigint[], int) is
  'New events of the rooms a relay serves, in one go, each with its only recipient if it has one and, for a seat, whose it is and which session holds it now. What was taken back is for nobody (0); the event that says so names its seq.';

create or replace function relay_follow(node text, peers uuid[]) returns setof uuid
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  -- A seat that an open transaction holds, in psql perhaps, would hold up everybody else's: it is passed over
  -- here and below, and the relay tries again.
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.peer_id = any (relay_follow.peers) for no key update skip locked
  )
  update participants p set followed_by = relay_follow.node, lapses_at = null
  from free f where p.room_id = f.room_id and p.user_id = f.user_id
  returning p.peer_id;
end;

comment on function relay_follow(text, uuid[]) is
  'These sessions follow their room through this relay; returns those whose seat was stamped. What became of the others, relay_seated tells.';

create or replace function relay_seated(peers uuid[]) returns setof uuid
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select p.peer_id from participants p where p.peer_id = any (relay_seated.peers);
end;

comment on function relay_seated(uuid[]) is 'Those of these sessions that hold a seat, stamped or not.';

drop function if exists relay_unfollow(text, uuid[], interval); -- once it returned nothing

create function relay_unfollow(node text, peers uuid[], grace interval) returns setof uuid
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  with free as materialized (
    select p.room_id, p.user_id, p.peer_id from participants p
    where p.peer_id = any (relay_unfollow.peers) and p.followed_by = relay_unfollow.node and p.lapses_at is null
    for no key update skip locked
  ), stamped as (
    update participants p set lapses_at = clock_timestamp() + relay_unfollow.grace
    from free f where p.room_id = f.room_id and p.user_id = f.user_id
  )
  select p.peer_id from participants p
  where p.peer_id = any (relay_unfollow.peers) and p.followed_by = relay_unfollow.node and p.lapses_at is null
    and p.peer_id not in (select f.peer_id from free f);
end;

comment on function relay_unfollow(text, uuid[], interval) is
  'These sessions stopped following; unless one comes back, by any relay, its seat lapses after the grace. Returns those whose seat somebody holds a lock on: to be tried again.';

drop function if exists relay_heartbeat(text, text);

create or replace function relay_heartbeat(node text, address text, kind text default 'relay') returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  insert into nodes (id, kind, address) values (relay_heartbeat.node, relay_heartbeat.kind, relay_heartbeat.address)
  on conflict (id) do update set heartbeat_at = clock_timestamp(), address = excluded.address;
end;

comment on function relay_heartbeat(text, text, text) is
  'A relay''s sign of life, or that of another process which sits in rooms over the database.';

create or replace function relay_goodbye(node text, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from nodes where id = relay_goodbye.node;
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.followed_by = relay_goodbye.node and p.lapses_at is null for no key update skip locked
  )
  update participants p set lapses_at = clock_timestamp() + relay_goodbye.grace
  from free f where p.room_id = f.room_id and p.user_id = f.user_id;
end;

comment on function relay_goodbye(text, interval) is
  'A relay stops: its seats have the grace to find another. A locked one is left to relay_lapse_orphans.';

create or replace function relay_lapse_orphans(dead_after interval, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  -- The grace counts from a dead relay's last heartbeat; without one (a crash emptied `nodes`) from now,
  -- so that relays which come back a moment later keep their seats.
  with orphans as materialized (
    select p.room_id, p.user_id from participants p
    where p.lapses_at is null and p.followed_by is not null
      and not exists (select from nodes n where n.id = p.followed_by
                      and n.heartbeat_at > clock_timestamp() - relay_lapse_orphans.dead_after)
    for no key update of p skip locked
  )
  update participants p
  set lapses_at = coalesce((select n.heartbeat_at from nodes n where n.id = p.followed_by), clock_timestamp()) + relay_lapse_orphans.grace
  from orphans o where p.room_id = o.room_id and p.user_id = o.user_id;
  delete from nodes where kind in ('relay', 'bot') and heartbeat_at < clock_timestamp() - interval '1 minute';
end;

comment on function relay_lapse_orphans(interval, interval) is 'Seats whose relay is dead begin to lapse.';

create or replace function relay_reap_one_room() returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  target bigint;
begin
  select p.room_id into target from participants p
  where p.lapses_at < clock_timestamp() and p.peer_id is not null
  limit 1 for update skip locked;
  if target is not null then
    perform set_config('roomtone.leave_reason', 'timeout', true);
    delete from participants p where p.room_id = target and p.user_id in (
      select q.user_id from participants q
      where q.room_id = target and q.lapses_at < clock_timestamp() and q.peer_id is not null for update skip locked);
  end if;
  return target;
end
$$;

comment on function relay_reap_one_room() is
  'Gives up the lapsed seats of one room and returns it; null when there are none. One room a transaction, so that no two relays wait for each other.';

drop function if exists relay_tidy(interval, int);

create or replace function relay_tidy(keep interval, keep_events bigint, at_most int default 20000) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  gone bigint;
begin
  if not pg_try_advisory_xact_lock(hashtext('roomtone tidy')) then
    return 0; -- another relay is at it
  end if;
  with old as (
    select e.room_id, e.seq from events e where e.committed_at < clock_timestamp() - relay_tidy.keep
    order by e.committed_at limit relay_tidy.at_most
  ), tails as (
    select t.room_id, max(t.seq) as seq
    from (select o.room_id, o.seq from old o
          union all
          select l.room_id, least(l.head_seq - relay_tidy.keep_events, l.tail_seq + relay_tidy.at_most) from logs l
          where l.head_seq - relay_tidy.keep_events > l.tail_seq) t
    group by t.room_id
  ), moved as (
    update logs l set tail_seq = t.seq from tails t where l.room_id = t.room_id and t.seq > l.tail_seq
  )
  delete from events e using tails t where e.room_id = t.room_id and e.seq <= t.seq;
  get diagnostics gone = row_count;
  -- Who may offer depends on the last offer and answer, so these are kept for as long as both sit there. All else is of use
  -- while a connection comes about, and bounded by what waits (require_signal_bounds).
  delete from signals s where s.id in (
    select o.id from signals o
    where o.created_at < clock_timestamp() - least(relay_tidy.keep, interval '5 minutes')
      and (o.kind not in ('offer', 'answer')
           or exists (select from signals n
                      where n.from_peer = o.from_peer and n.to_peer = o.to_peer and n.kind = o.kind and n.id > o.id)
           or not exists (select from participants p where p.peer_id = o.from_peer)
           or not exists (select from participants p where p.peer_id = o.to_peer))
    order by o.id limit relay_tidy.at_most);
  delete from used_peer_ids u where u.peer_id in (
    select x.peer_id from used_peer_ids x
    where x.used_at < clock_timestamp() - interval '1 day'
      and not exists (select from participants p where p.peer_id = x.peer_id)
    order by x.used_at limit relay_tidy.at_most);
  delete from reactions r where r.created_at < clock_timestamp() - interval '1 minute';
  delete from paces p where p.settled_at < clock_timestamp() - interval '1 hour'; -- the slowest of slow modes
  delete from revoked_tokens r where r.expires_at < now() - interval '1 hour'; -- relays take a token for some time after that, as clocks differ
  delete from logs l where not exists (select from rooms r where r.id = l.room_id)
    and not exists (select from events e where e.room_id = l.room_id);
  return gone;
end
$$;

comment on function relay_tidy(interval, bigint, int) is
  'Forgets events older than this or beyond so many of a room, old signals and tokens, peer_ids a day after they were given up, and reactions after a minute; a bounded number at a time, by one relay at a time. Returns how many events.';

create or replace function relay_watch() returns table (notify_queue double precision, written numeric)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select pg_notification_queue_usage(), (select coalesce(sum(l.head_seq), 0) from logs l);
end;

comment on function relay_watch() is
  'How full the NOTIFY queue is (0 to 1; full, no transaction can ring), and how many events there ever were: a number that moves while no bell is heard means a deaf listener.';
