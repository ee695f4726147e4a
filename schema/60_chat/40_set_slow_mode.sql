create or replace function set_slow_mode(room_id bigint, seconds int) returns int
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  perform require_moderator(set_slow_mode.room_id), require_open_room(set_slow_mode.room_id);
  update rooms r set slow_mode = coalesce(set_slow_mode.seconds, 0) where r.id = set_slow_mode.room_id;
  return coalesce(set_slow_mode.seconds, 0);
end
$$;

comment on function set_slow_mode(bigint, int) is
  'Host and moderators: set the minimum seconds between two messages of one participant (up to 3,600); 0 switches slow mode off. Returns the seconds.';
