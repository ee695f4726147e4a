create or replace function node_goodbye(node text) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from nodes n where n.id = node_goodbye.node and n.kind <> 'relay';
  perform assign_nodes();
end
$$;

comment on function node_goodbye(text) is 'A media node stops: its rooms are given to others at once.';
