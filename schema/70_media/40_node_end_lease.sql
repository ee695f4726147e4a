create or replace function node_end_lease(node text) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from nodes n where n.id = node_end_lease.node and n.kind <> 'relay';
  perform assign_nodes();
end
$$;

comment on function node_end_lease(text) is 'A media node stops: its lease ends, and its rooms are assigned to other nodes at once.';
