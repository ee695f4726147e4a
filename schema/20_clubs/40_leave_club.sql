create or replace function leave_club(club_id bigint) returns boolean
language plpgsql as $$
begin
  delete from members m where m.club_id = leave_club.club_id and m.user_id = acting_user();
  return found;
end
$$;

comment on function leave_club(bigint) is
  'Belong to a club no longer; false if you did not. Its last owner stays until there is another.';
