create or replace function hand_over_club(club_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  new_owner bigint := require_user(hand_over_club.username);
begin
  perform require_club_owner(hand_over_club.club_id);
  update members m set role = 'OWNER' where m.club_id = hand_over_club.club_id and m.user_id = new_owner;
  if not found then
    raise no_data_found using
      message    = format('%s is not a member of this club', hand_over_club.username),
      constraint = 'members_user_is_a_member',
      hint       = 'Invite them: select invite_to_club(…). When they have accepted, hand the club over.';
  end if;
  update members m set role = 'ADMIN' where m.club_id = hand_over_club.club_id and m.user_id = acting_user() and m.user_id <> new_owner;
  return true;
end
$$;

comment on function hand_over_club(bigint, text) is
  'An owner: make a member the club''s owner; you become an admin: select hand_over_club(1, ''anna'');';
