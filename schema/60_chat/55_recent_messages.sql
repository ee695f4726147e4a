create or replace function recent_messages(room_id bigint) returns jsonb
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select coalesce(jsonb_agg(message_record(m) order by m.id), '[]')
  from (select x.* from messages x where x.room_id = recent_messages.room_id order by x.id desc limit 50) m);

comment on function recent_messages(bigint) is 'The last 50 messages of a room, as they appear in the log.';
