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

create or replace function lower_hand(room_id bigint, username text default null) returns boolean
language plpgsql as $$
declare
  occupant bigint := require_occupant(lower_hand.room_id, lower_hand.username);
begin
  if occupant is distinct from acting_user() and not acting_as_operator() and not moderates(lower_hand.room_id) then
    raise insufficient_privilege using
      message    = 'only host and moderators lower somebody else''s hand',
      constraint = 'participants_only_they_raise_hands';
  end if;
  update participants p set hand_raised_at = null
  where p.room_id = lower_hand.room_id and p.user_id = occupant and p.hand_raised_at is not null;
  return found;
end
$$;

comment on function lower_hand(bigint, text) is
  'Take your hand down, or as a moderator somebody else''s; false if it was not up.';
