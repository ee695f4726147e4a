create or replace function is_member(club_id bigint, user_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from members m where m.club_id = is_member.club_id and m.user_id = is_member.user_id);

comment on function is_member(bigint, bigint) is 'Whether this user is a member of the club.';
