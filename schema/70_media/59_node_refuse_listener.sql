create or replace function node_refuse_listener(node text, peer_id uuid) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- None if it is served elsewhere by now, or gone.
  update participants p set edge = null, served_directly = true
  from assignments a
  where p.peer_id = node_refuse_listener.peer_id and a.peer_id = p.edge and a.node_id = node_refuse_listener.node;
end
$$;

comment on function node_refuse_listener(text, uuid) is
  'An edge cannot serve this listener: no connection can be made, or it has no free port. The node of the stage serves the listener for the rest of the session.';
