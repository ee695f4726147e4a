create or replace function step_down(room_id bigint) returns boolean
language plpgsql as $$
declare
  me bigint := require_occupant(step_down.room_id);
begin
  update participants p set role = 'AUDIENCE'
  where p.room_id = step_down.room_id and p.user_id = me and p.role <> 'AUDIENCE';
  return found;
end
$$;

comment on function step_down(bigint) is
  'Go back to the audience; false if you are there already. The host stays on stage, and may hand the room over.';
