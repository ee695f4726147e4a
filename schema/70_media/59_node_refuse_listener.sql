create or replace function node_refuse_listener(node text, peer_id uuid) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  old participants;
  new participants;
begin
  -- Locked before the log, as in other transactions, which change a seat and lock the log at commit.
  select p.* into old
  from participants p join assignments a on a.peer_id = p.edge
  where p.peer_id = node_refuse_listener.peer_id and a.node_id = node_refuse_listener.node for update of p;
  if not found then
    return; -- served elsewhere by now, or gone
  end if;
  perform from logs l where l.room_id = old.room_id for update;
  update participants p set edge = null, served_directly = true
  where p.room_id = old.room_id and p.user_id = old.user_id returning p.* into new;
  update assignments a set listeners = a.listeners - 1 where a.peer_id = old.edge;
  perform log_edge(old, new);
end
$$;

comment on function node_refuse_listener(text, uuid) is
  'An edge cannot serve this listener: no connection can be made, or it has no free port. The node of the stage serves the listener for the rest of the session.';
