-- Called at each join, with the lock on the log, so it waits for nobody: a room that another transaction has locked, which calls this
-- function, too, or nodes that are being assigned. Then a heartbeat chooses, a second later.

create or replace function choose_topology(room_id bigint) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  now_used text;
  wanted text;
  lost boolean; -- its node
begin
  select r.topology, (topology_for(r.topology, l.here, l.on_stage, r.broadcast)).topology_now,
    r.topology <> 'mesh' and not exists (select from assignments a where a.room_id = r.id and a.serves = 'stage') and is_mesh_without_node(r.id, l.here)
  into now_used, wanted, lost
  from rooms r join logs l on l.room_id = r.id
  where r.id = choose_topology.room_id and r.topology_is_auto and r.opened_at is not null and r.ended_at is null and l.here > 0;
  if not found then
    return;
  end if;
  if lost then
    wanted := 'mesh';
  end if;
  if wanted = now_used or (wanted = 'sfu' and not exists (select from nodes n where n.kind = 'sfu')) then
    return;
  end if;
  if wanted = 'mesh' and not lost and mix_is_used(choose_topology.room_id) then
    return;
  end if;
  if not pg_try_advisory_xact_lock(hashtext('roomtone nodes')) then
    return;
  end if;
  perform from rooms r where r.id = choose_topology.room_id for no key update skip locked;
  if not found or (wanted = 'sfu' and (node_with_capacity('sfu', choose_topology.room_id)).id is null) then
    return;
  end if;
  perform from participants p join assignments a on a.peer_id = p.peer_id where a.room_id = choose_topology.room_id for update of p skip locked;
  if not found and exists (select from assignments a where a.room_id = choose_topology.room_id) then
    return; -- another transaction has the seat of its node
  end if;
  update rooms r set topology = wanted, topology_is_auto = true
  where r.id = choose_topology.room_id and r.topology_is_auto and r.topology = now_used and r.ended_at is null;
end
$$;

comment on function choose_topology(bigint) is
  'Where the topology is automatic (rooms.topology_is_auto): chooses the one for the people who are in the room (topology_for), if there is a node for it, and moves the room. Back to a mesh when its node is lost and there is no other (is_mesh_without_node); otherwise not while the room is recorded, or its mix is sent to somebody. To be called with the lock on the room''s log.';
