create or replace function remove_from_room(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_moderator(remove_from_room.room_id, remove_from_room.username);
begin
  if exists (select from rooms r where r.id = remove_from_room.room_id and r.host_id = participant_id) then
    raise check_violation using
      message    = 'the host cannot be removed from the room',
      constraint = 'participants_host_is_never_removed',
      hint       = 'The host may hand the room over, or end it.';
  end if;
  delete from participants p where p.room_id = remove_from_room.room_id and p.user_id = participant_id;
  return found;
end
$$;

comment on function remove_from_room(bigint, text) is
  'Host and moderators: remove a participant, who may join again. Raises if they are not in the room; false if they leave at the same time.';
