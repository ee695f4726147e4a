create or replace function living_nodes() returns setof nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  -- Three heartbeats after its last one a node counts as dead.
  select * from nodes n where n.kind <> 'relay' and n.heartbeat_at > clock_timestamp() - interval '3 seconds';
end;

comment on function living_nodes() is 'The media nodes that gave a sign of life in the last three seconds.';

create or replace function unassign_node(room_id bigint) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  seat uuid;
begin
  if not exists (select from assignments a where a.room_id = unassign_node.room_id) then
    return;
  end if;
  -- Before any row of theirs is locked, as in assign_node, so that of two who move rooms one waits and nobody deadlocks.
  perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  delete from assignments a where a.room_id = unassign_node.room_id returning a.peer_id into seat;
  delete from participants p where p.room_id = unassign_node.room_id and p.peer_id = seat;
end
$$;

comment on function unassign_node(bigint) is 'Takes a room from its node, and the node''s seat with it.';

create or replace function assign_node(room_id bigint) returns text
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  wanted text;
  chosen nodes;
  seat uuid;
  claims text;
  relay text;
begin
  -- One at a time, so that two rooms do not both take a node's last place.
  perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  select r.topology into wanted from rooms r where r.id = assign_node.room_id and r.opened_at is not null and r.ended_at is null and r.topology <> 'mesh';
  if not found or exists (select from assignments a where a.room_id = assign_node.room_id) then
    return null;
  end if;
  select n.* into chosen
  from living_nodes() n
  left join lateral (select count(*) as rooms from assignments a where a.node_id = n.id) load on true
  where n.kind = wanted and load.rooms < n.capacity
  order by load.rooms::float8 / n.capacity, n.started_at limit 1;
  if not found then
    return null;
  end if;
  insert into assignments (room_id, node_id) values (assign_node.room_id, chosen.id) returning peer_id into seat;
  -- Seated as the node's own user, not as whoever changed the room, and leased to no relay.
  claims := current_setting('request.jwt.claims', true);
  relay := current_setting('roomtone.node', true);
  perform set_config('request.jwt.claims', jsonb_build_object('sub', chosen.user_id::text)::text, true), set_config('roomtone.node', '', true);
  insert into participants (room_id, user_id, peer_id, kind, role, muted)
  values (assign_node.room_id, chosen.user_id, seat, chosen.kind, 'SPEAKER', false)
  on conflict on constraint participants_pkey do update set peer_id = excluded.peer_id, muted = false;
  perform set_config('request.jwt.claims', coalesce(claims, ''), true), set_config('roomtone.node', coalesce(relay, ''), true);
  perform pg_notify('roomtone', json_build_object('node', chosen.id)::text);
  return chosen.id;
end
$$;

comment on function assign_node(bigint) is
  'Gives a room to the node of its topology that has the most room left, seats the node there and rings its bell; null if there is none, or the room has one.';

create or replace function assign_nodes() returns int
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room bigint;
  moved int := 0;
begin
  for room in
    select r.id from rooms r
    left join assignments a on a.room_id = r.id
    where r.opened_at is not null and r.ended_at is null and r.topology <> 'mesh'
      and (a.room_id is null
           or not exists (select from living_nodes() n where n.id = a.node_id)
           or not exists (select from participants p where p.peer_id = a.peer_id))
    order by r.id
  loop
    perform unassign_node(room);
    if assign_node(room) is not null then
      moved := moved + 1;
    end if;
  end loop;
  delete from nodes n where n.kind in ('sfu', 'mcu') and n.heartbeat_at < clock_timestamp() - interval '1 minute';
  return moved;
end
$$;

comment on function assign_nodes() is
  'Gives every open room whose node died or lost its seat, or that waits for one, to a living node; returns how many found one. Asked by every node, every second.';

create or replace function tg_rooms__guard_topology() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op = 'UPDATE' and new.topology = old.topology then
    return new;
  end if;
  if not exists (select from living_nodes() n where n.kind = new.topology
                 and n.capacity > (select count(*) from assignments a where a.node_id = n.id)) then
    raise check_violation using
      message    = format('no %s node has room for this one', upper(new.topology)),
      constraint = 'rooms_topology_has_a_node',
      hint       = format('Start one: roomtone node %s. A mesh needs none.', new.topology);
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_topology() is 'A room moves to a node only if one is there for it.';

create or replace function tg_rooms__assign() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform unassign_node(new.id);
  if new.opened_at is not null and new.ended_at is null and new.topology <> 'mesh' then
    perform assign_node(new.id);
  end if;
  return null;
end
$$;

comment on function tg_rooms__assign() is 'The room leaves its node, and gets one of its new topology; in one transaction, so that everybody learns of both at once.';

create or replace trigger _140_guard_topology before insert or update of topology on rooms
for each row when (new.topology <> 'mesh') execute function tg_rooms__guard_topology();
comment on trigger _140_guard_topology on rooms is 'Refuses a topology nobody serves just now.';

create or replace trigger _300_assign after insert on rooms
for each row when (new.topology <> 'mesh') execute function tg_rooms__assign();
comment on trigger _300_assign on rooms is 'A room that begins on a node gets one.';
create or replace trigger _310_assign_anew after update of topology, starts_at, opened_at, ended_at on rooms
for each row when (new.topology <> old.topology or new.opened_at is distinct from old.opened_at or new.ended_at is not null)
execute function tg_rooms__assign();
comment on trigger _310_assign_anew on rooms is 'Moves the room to a node when it opens or changes, and away from it.';

create or replace function tg_rooms__end_recording() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update recordings r
  set ended_at = clock_timestamp(),
      ended_reason = case when new.ended_at is not null then 'the room ended'
                          else 'the room became a mesh, which has no place where the whole conversation comes together' end
  where r.room_id = new.id and r.ended_at is null;
  return null;
end
$$;

comment on function tg_rooms__end_recording() is 'A recording ends with its room, and when no node carries that any more.';

create or replace trigger _400_end_recording after update of topology, ended_at on rooms
for each row when (new.ended_at is not null or (new.topology = 'mesh' and old.topology <> 'mesh'))
execute function tg_rooms__end_recording();
comment on trigger _400_end_recording on rooms is 'Ends what is being recorded.';
