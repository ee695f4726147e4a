create or replace function was_recorded(recording_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from recorded_seats s where s.recording_id = was_recorded.recording_id and s.user_id = acting_user()
  union all
  select from recordings r join rooms on rooms.id = r.room_id
  where r.id = was_recorded.recording_id and (acting_user() in (r.started_by, rooms.host_id)));

comment on function was_recorded(bigint) is
  'Whether the acting user may play this recording: they started it, are the room''s host, or were in the room while it ran.';
