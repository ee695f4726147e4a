create or replace function notify_mixer(room_id bigint) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select pg_notify('roomtone', json_build_object('node', a.node_id)::text) from assignments a where a.room_id = notify_mixer.room_id and a.serves = 'stage';
end;

comment on function notify_mixer(bigint) is 'Tells the media node of a room''s stage that it has something to read in its next heartbeat.';
