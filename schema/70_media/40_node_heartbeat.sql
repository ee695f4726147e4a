-- Processes of release 0.1.0 do not ask relay_rows_since, so their heartbeat notices a copy.
create or replace function node_heartbeat(node text) returns table (room_id bigint, peer_id uuid)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  -- To look at all rooms takes tens of milliseconds with thousands of them, so one node does it for all, about once a second. If it dies, the next heartbeat of another one looks.
  looks constant boolean := not exists (select from nodes n where n.looked_at > clock_timestamp() - interval '700 milliseconds')
                            and pg_try_advisory_xact_lock(hashtext('roomtone look for misplaced rooms'));
begin
  perform require_served();
  perform notice_copy();
  perform resume_leases();
  update nodes n set heartbeat_at = clock_timestamp(), looked_at = case when looks then clock_timestamp() else n.looked_at end
  where n.id = node_heartbeat.node and n.kind <> 'relay';
  if not found then
    raise no_data_found using
      message = format('there is no node %s', node_heartbeat.node),
      hint    = 'Register it (again): after a crash of the database there are no leases.';
  end if;
  if looks then
    perform assign_nodes();
  end if;
  return query select a.room_id, a.peer_id from assignments a where a.node_id = node_heartbeat.node;
end
$$;

comment on function node_heartbeat(text) is
  'Renews the lease of a media node, and assigns rooms (assign_nodes) unless a node has just done so. Returns the rooms that the node serves, with the peer_id of its seat in each. Raises P0002 for a node without a lease.';
