create or replace function relay_logs(rooms bigint[]) returns table (room_id bigint, epoch bigint, head_seq bigint)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform notice_copy();
  -- A crash empties the logs; the first call afterwards creates new ones.
  perform open_logs(array(select r.id from rooms r where r.id = any (relay_logs.rooms)));
  return query select l.room_id, l.epoch, l.head_seq from logs l where l.room_id = any (relay_logs.rooms);
end
$$;

comment on function relay_logs(bigint[]) is 'Epoch and head of these rooms'' logs, which are created if missing.';
