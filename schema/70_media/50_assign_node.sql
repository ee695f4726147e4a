create or replace function assign_node(room_id bigint) returns text
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  wanted text;
  chosen nodes;
  seat uuid;
begin
  -- One transaction at a time, so that two rooms do not both take the last capacity of a node.
  perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  select r.topology into wanted from rooms r where r.id = assign_node.room_id and r.opened_at is not null and r.ended_at is null and r.topology <> 'mesh';
  if not found or exists (select from assignments a where a.room_id = assign_node.room_id and a.serves = 'stage')
     or not room_is_occupied(assign_node.room_id) then
    return null;
  end if;
  chosen := node_with_capacity(wanted, assign_node.room_id);
  if chosen.id is null then
    return null;
  end if;
  if exists (select from assignments a where a.room_id = assign_node.room_id and a.node_id = chosen.id) then
    -- It served listeners of this room, and the others are gone. Where those are served now, a heartbeat decides (place_listeners).
    perform from logs l where l.room_id = assign_node.room_id for update;
    delete from assignments a where a.room_id = assign_node.room_id and a.node_id = chosen.id;
  end if;
  insert into assignments (room_id, node_id) values (assign_node.room_id, chosen.id) returning peer_id into seat;
  perform seat_node(assign_node.room_id, chosen, seat);
  return chosen.id;
end
$$;

comment on function assign_node(bigint) is
  'Assigns the stage of a room with participants to the node of its topology with the largest share of its capacity free, gives the node a seat and notifies it. Null if there is no such node, or the room has a node or is empty.';
