create or replace function ask_to_unmute(room_id bigint, username text) returns boolean
language plpgsql as $$
declare
  occupant bigint := require_moderator(ask_to_unmute.room_id, ask_to_unmute.username);
begin
  update participants p set asked_to_unmute_at = clock_timestamp()
  where p.room_id = ask_to_unmute.room_id and p.user_id = occupant and p.asked_to_unmute_at is null;
  return found;
end
$$;

comment on function ask_to_unmute(bigint, text) is
  'Host and moderators: ask somebody on stage to switch their microphone on, which nobody else can; false if they were asked already.';
