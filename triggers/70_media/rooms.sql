-- The column's default is auto, and clients may write it, too. What is stored, and what everybody reads, is what is used now.

create or replace function tg_rooms__choose_automatically() returns trigger
language plpgsql as $$
begin
  new.topology_is_auto := new.topology = 'auto' or (tg_op = 'INSERT' and new.topology_is_auto);
  if new.topology = 'auto' then
    new.topology := case when tg_op = 'UPDATE' then old.topology else 'mesh' end;
  end if;
  return new;
end
$$;

comment on function tg_rooms__choose_automatically() is
  'With auto the database chooses the topology from now on, beginning with the present one, for a new room with a mesh. With another value the host has chosen.';

create or replace trigger _080_choose_automatically before insert or update of topology on rooms
for each row execute function tg_rooms__choose_automatically();
comment on trigger _080_choose_automatically on rooms is 'Stores whether the topology is automatic.';

create or replace function tg_rooms__keep_automatic() returns trigger
language plpgsql as $$
begin
  new.topology_is_auto := true;
  return new;
end
$$;

comment on function tg_rooms__keep_automatic() is 'Only choose_topology writes topology_is_auto: then the topology was chosen by the database and stays automatic.';

create or replace trigger _085_keep_automatic before update of topology_is_auto on rooms
for each row execute function tg_rooms__keep_automatic();
comment on trigger _085_keep_automatic on rooms is 'A topology that the database chose stays automatic.';

create or replace function tg_rooms__guard_topology() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op = 'UPDATE' and new.topology = old.topology then
    return new;
  end if;
  if new.encrypted and new.topology = 'mcu' then
    raise check_violation using
      message    = 'an encrypted room cannot be mixed: no node can hear its audio',
      constraint = 'rooms_encrypted_ones_are_not_mixed',
      hint       = 'Use auto, mesh or sfu.';
  end if;
  if (node_with_capacity(new.topology, case tg_op when 'UPDATE' then new.id end)).id is null then
    raise check_violation using
      message    = format('no %s node has capacity for this room', upper(new.topology)),
      constraint = 'rooms_topology_has_a_node',
      hint       = format('Start a node: roomtone node %s. A mesh needs none.', new.topology);
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_topology() is 'Refuses sfu and mcu when no node has capacity for the room, and mcu in an encrypted room.';

create or replace trigger _140_guard_topology before insert or update of topology on rooms
for each row when (new.topology <> 'mesh') execute function tg_rooms__guard_topology();
comment on trigger _140_guard_topology on rooms is 'Refuses a topology for which no node has capacity.';

create or replace function tg_rooms__assign_node() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform unassign_node(new.id);
  if new.opened_at is not null and new.ended_at is null and new.topology <> 'mesh' then
    perform assign_node(new.id);
  end if;
  return null;
end
$$;

comment on function tg_rooms__assign_node() is 'Ends the room''s assignment to its node and assigns it to one of its new topology, in one transaction, so that participants receive both changes at once.';

create or replace trigger _310_assign_node after update of topology, starts_at, opened_at, ended_at on rooms
for each row when (new.topology <> old.topology or new.opened_at is distinct from old.opened_at or new.ended_at is not null)
execute function tg_rooms__assign_node();
comment on trigger _310_assign_node on rooms is 'Assigns the room to a node when it opens or its topology changes, and ends the assignment when it ends.';

create or replace function tg_rooms__end_recording() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update recordings r
  set ended_at = clock_timestamp(),
      ended_reason = case when new.ended_at is not null then 'the room ended'
                          else 'the room became a mesh, in which no node receives all audio' end
  where r.room_id = new.id and r.ended_at is null;
  return null;
end
$$;

comment on function tg_rooms__end_recording() is 'A recording ends when its room ends, or is no longer hosted on a node.';

create or replace trigger _400_end_recording after update of topology, ended_at on rooms
for each row when (new.ended_at is not null or (new.topology = 'mesh' and old.topology <> 'mesh'))
execute function tg_rooms__end_recording();
comment on trigger _400_end_recording on rooms is 'Ends the running recording.';

create or replace function tg_rooms__release_edges() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform release_edges(new.id);
  return null;
end
$$;

comment on function tg_rooms__release_edges() is 'A mesh has no edges, and an ended room has none, either.';

drop trigger if exists _480_release_edges on rooms;
create constraint trigger _480_release_edges after update of topology, ended_at on rooms
deferrable initially deferred for each row
when ((new.topology = 'mesh' and old.topology <> 'mesh') or (new.ended_at is not null and old.ended_at is null))
execute function tg_rooms__release_edges();
comment on trigger _480_release_edges on rooms is 'At commit, takes the edges from a room that became a mesh or ended, before that is logged.';
