create or replace function invite_to_club(
  club_id bigint, username text default null, expires_in interval default '7 days', max_uses int default null
) returns invitations
language sql
begin atomic
  insert into invitations (club_id, invited_user, expires_at, max_uses)
  values (invite_to_club.club_id, case when invite_to_club.username is not null then require_user(invite_to_club.username) end,
          now() + least(greatest(coalesce(invite_to_club.expires_in, '7 days'), '0'), '1 year'), invite_to_club.max_uses)
  returning *;
end;

comment on function invite_to_club(bigint, text, interval, int) is
  'Owners and admins: invite a user to the club by name, or make a link if no name is given: select code from invite_to_club(1, max_uses => 10);';
