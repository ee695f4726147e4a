create or replace function lower_hand(room_id bigint, username text default null) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_participant(lower_hand.room_id, lower_hand.username);
begin
  if participant_id is distinct from acting_user() and not may_moderate(lower_hand.room_id) then
    raise insufficient_privilege using
      message    = 'only the host and moderators lower the hand of another participant',
      constraint = 'participants_raise_only_their_own_hand',
      hint       = 'They can lower it themselves.';
  end if;
  update participants p set hand_raised_at = null
  where p.room_id = lower_hand.room_id and p.user_id = participant_id and p.hand_raised_at is not null;
  return found;
end
$$;

comment on function lower_hand(bigint, text) is
  'Lower your hand, or as a moderator that of another participant; false if it was not raised.';
