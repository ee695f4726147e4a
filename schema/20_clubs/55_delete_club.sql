create or replace function delete_club(club_id bigint) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  perform require_club_owner(delete_club.club_id);
  delete from clubs c where c.id = delete_club.club_id;
  return found;
end
$$;

comment on function delete_club(bigint) is
  'An owner: delete the club, with its members, followers and invitations. Its rooms must have ended; they stay, without a club.';
