create or replace function relay_logs(rooms bigint[]) returns table (room_id bigint, epoch bigint, head_seq bigint)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  without_log bigint[];
begin
  perform notice_copy();
  -- A crash empties the logs; the first call afterwards creates new ones. Otherwise nothing is written, so that a room can be followed
  -- while the database is read-only.
  select array_agg(r.id) into without_log from rooms r
  where r.id = any (relay_logs.rooms) and not exists (select from logs l where l.room_id = r.id);
  if without_log is not null then
    perform open_logs(without_log);
  end if;
  return query select l.room_id, l.epoch, l.head_seq from logs l where l.room_id = any (relay_logs.rooms);
end
$$;

comment on function relay_logs(bigint[]) is 'Epoch and head of these rooms'' logs, which are created if missing.';
