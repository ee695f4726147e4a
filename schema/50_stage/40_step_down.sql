create or replace function step_down(room_id bigint) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  my_id bigint := require_participant(step_down.room_id);
begin
  update participants p set role = 'AUDIENCE'
  where p.room_id = step_down.room_id and p.user_id = my_id and p.role <> 'AUDIENCE';
  return found;
end
$$;

comment on function step_down(bigint) is
  'Go back to the audience; false if you are in the audience already. The host cannot; they may hand the room over.';
