create or replace function delete_club(club_id bigint) returns boolean
language plpgsql as $$
begin
  if not acting_as_operator() and club_role(delete_club.club_id) is distinct from 'OWNER' then
    raise insufficient_privilege using
      message    = 'only an owner of the club deletes it',
      constraint = 'clubs_only_owners_change_them';
  end if;
  delete from clubs c where c.id = delete_club.club_id;
  return found;
end
$$;

comment on function delete_club(bigint) is
  'An owner: delete the club, with its members, followers and invitations. Its rooms must have ended; they stay, without a club.';
