create or replace function release_edges(room_id bigint) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  ended constant boolean := exists (select from rooms r where r.id = release_edges.room_id and r.ended_at is not null);
  node text;
  old participants;
  new participants;
begin
  if not exists (select from assignments a where a.room_id = release_edges.room_id and a.serves = 'audience') then
    return;
  end if;
  -- Seats are locked before the log, in the same order as in other transactions, which change a seat and lock the log at commit.
  perform from participants p
  where p.room_id = release_edges.room_id and (ended or p.edge is not null or p.kind = 'edge') order by p.user_id for update;
  perform from logs l where l.room_id = release_edges.room_id for update;
  for node in delete from assignments a where a.room_id = release_edges.room_id and a.serves = 'audience' returning a.node_id loop
    perform pg_notify('roomtone', json_build_object('node', node)::text);
  end loop;
  if ended then
    return; -- all seats are deleted next
  end if;
  for old in select * from participants p where p.room_id = release_edges.room_id and p.edge is not null order by p.user_id loop
    update participants p set edge = null where p.room_id = old.room_id and p.user_id = old.user_id returning p.* into new;
    perform log_edge(old, new);
  end loop;
  delete from participants p where p.room_id = release_edges.room_id and p.kind = 'edge';
end
$$;

comment on function release_edges(bigint) is 'Takes all edges from a room that became a mesh or ended: its listeners have none any more.';
