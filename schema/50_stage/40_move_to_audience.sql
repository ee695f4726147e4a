create or replace function move_to_audience(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_moderator(move_to_audience.room_id, move_to_audience.username);
begin
  update participants p set role = 'AUDIENCE'
  where p.room_id = move_to_audience.room_id and p.user_id = participant_id and p.role <> 'AUDIENCE';
  return found;
end
$$;

comment on function move_to_audience(bigint, text) is
  'Host and moderators: move a participant from the stage to the audience, muted; false if they are in the audience already.';
