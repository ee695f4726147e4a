create or replace function unassign_node(room_id bigint) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  seat uuid;
  node text;
begin
  if not exists (select from assignments a where a.room_id = unassign_node.room_id and a.serves = 'stage') then
    return;
  end if;
  -- Taken before rows are locked, as in assign_node, so that two transactions that move rooms do not deadlock.
  perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  delete from assignments a where a.room_id = unassign_node.room_id and a.serves = 'stage' returning a.peer_id, a.node_id into seat, node;
  delete from participants p where p.room_id = unassign_node.room_id and p.peer_id = seat;
  -- Its next heartbeat comes after this is committed, and gives the room a node again if a user joined it meanwhile.
  perform pg_notify('roomtone', json_build_object('node', node)::text) where node is not null;
end
$$;

comment on function unassign_node(bigint) is 'Ends the assignment of a room''s stage to its node, deletes the node''s seat, and notifies the node.';
