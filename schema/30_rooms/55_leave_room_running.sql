create or replace function leave_room_running(room_id bigint, peer_id uuid default null) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  perform set_config('roomtone.keeps_running', leave_room_running.room_id::text, true); -- read by tg_participants__apply_host_gone
  return leave_room(leave_room_running.room_id, leave_room_running.peer_id);
end
$$;

comment on function leave_room_running(bigint, uuid) is
  'Leave a room, which goes on whatever rooms.host_gone says: its host stays the host and may come back. False if you were not in it.';
