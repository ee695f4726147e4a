create or replace function leave_club(club_id bigint) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  delete from members m where m.club_id = leave_club.club_id and m.user_id = acting_user();
  return found;
end
$$;

comment on function leave_club(bigint) is
  'Leave a club; false if you are not a member. The last owner cannot leave.';
