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
  node text;
begin
  if not exists (select from assignments a where a.room_id = unassign_node.room_id) then
    return;
  end if;
  -- Before any row of theirs is locked, as in assign_node, so that of two who move rooms one waits and nobody deadlocks.
  perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  delete from assignments a where a.room_id = unassign_node.room_id returning a.peer_id, a.node_id into seat, node;
  delete from participants p where p.room_id = unassign_node.room_id and p.peer_id = seat;
  -- Its next heartbeat comes after this is committed, and gives the room a node again if a user joined it meanwhile.
  perform pg_notify('roomtone', json_build_object('node', node)::text) where node is not null;
end
$$;

comment on function unassign_node(bigint) is 'Takes a room from its node, and the node''s seat with it; notifies the node.';

create or replace function room_is_occupied(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from participants p
  where p.room_id = room_is_occupied.room_id and p.peer_id is not null and p.kind in ('person', 'bot'));

comment on function room_is_occupied(bigint) is 'Whether a person or a bot has a seat in this room; only then it needs a node.';

create or replace function node_with_capacity(kind text) returns nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select n
  from living_nodes() n
  left join lateral (select count(*) as rooms from assignments a where a.node_id = n.id) load on true
  where n.kind = node_with_capacity.kind and load.rooms < n.capacity
  order by load.rooms::float8 / n.capacity, n.started_at limit 1;
end;

comment on function node_with_capacity(text) is 'The living node of this kind with the largest share of its capacity free; null if all are full.';

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
  if not found or exists (select from assignments a where a.room_id = assign_node.room_id)
     or not room_is_occupied(assign_node.room_id) then
    return null;
  end if;
  chosen := node_with_capacity(wanted);
  if chosen.id is null then
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
  'Assigns a room with participants to the node of its topology with the most capacity left, seats the node there and notifies it; null if there is none, the room has one, or is empty.';

create or replace function misplaced_rooms() returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select r.id from rooms r
  left join assignments a on a.room_id = r.id
  where r.opened_at is not null and r.ended_at is null and r.topology <> 'mesh'
    and ((a.room_id is null) = room_is_occupied(r.id)
         or (a.room_id is not null
             and (not exists (select from living_nodes() n where n.id = a.node_id)
                  or not exists (select from participants p where p.peer_id = a.peer_id))))
  order by r.id;
end;

comment on function misplaced_rooms() is
  'Rooms with participants whose node is missing, dead or lost its seat, and empty rooms that still have a node.';

create or replace function assign_nodes() returns int
language plpgsql security definer set search_path = roomtone, pg_temp set lock_timeout = '50ms' as $$
declare
  room bigint;
  moved int := 0;
begin
  delete from nodes n where n.kind in ('sfu', 'mcu') and n.heartbeat_at < clock_timestamp() - interval '1 minute';
  if not exists (select from misplaced_rooms()) then
    return 0;
  end if;
  begin
    perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  exception when lock_not_available then
    return 0; -- a heartbeat never waits for a transaction that was left open; the next one is a second away
  end;
  for room in select * from misplaced_rooms() loop
    begin
      if not room_is_occupied(room) then
        -- Before the node is freed, or the recording would wait for another node.
        update recordings r set ended_at = clock_timestamp(), ended_reason = 'everybody had left'
        where r.room_id = room and r.ended_at is null;
      end if;
      perform unassign_node(room);
      if assign_node(room) is not null then
        moved := moved + 1;
      end if;
    exception when lock_not_available or deadlock_detected then
      null; -- another transaction has a row of this room locked: tried again with the next heartbeat
    end;
  end loop;
  return moved;
end
$$;

comment on function assign_nodes() is
  'Assigns every open room with participants whose node died or lost its seat, or that waits for one, to a living node, and takes the node from every empty room, whose recording ends first; returns how many rooms were assigned. Called by every node, every second.';

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
