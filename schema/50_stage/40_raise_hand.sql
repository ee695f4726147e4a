create or replace function raise_hand(room_id bigint) returns timestamptz
language plpgsql as $$
declare
  occupant bigint := require_occupant(raise_hand.room_id);
  raised timestamptz;
begin
  update participants p set hand_raised_at = clock_timestamp()
  where p.room_id = raise_hand.room_id and p.user_id = occupant
  returning p.hand_raised_at into raised;
  return raised;
end
$$;

comment on function raise_hand(bigint) is
  'Ask to speak in a moderated room; returns since when your hand is up, which is your place in the queue. Raising it twice keeps the place; whoever is invited to speak is on stage at once, and no hand is up (null).';
