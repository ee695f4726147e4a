create or replace function raise_hand(room_id bigint) returns timestamptz
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_participant(raise_hand.room_id);
  raised_at timestamptz;
begin
  update participants p set hand_raised_at = clock_timestamp()
  where p.room_id = raise_hand.room_id and p.user_id = participant_id
  returning p.hand_raised_at into raised_at;
  return raised_at;
end
$$;

comment on function raise_hand(bigint) is
  'Ask to speak in a moderated room. Returns since when your hand is raised, which decides your place in the queue; raising it again keeps the place. If you are invited to speak already, you are on stage at once, and it returns null.';
