create or replace function club_role(club_id bigint) returns text
language sql stable security definer set search_path = roomtone, pg_temp
return (select m.role from members m where m.club_id = club_role.club_id and m.user_id = acting_user());

comment on function club_role(bigint) is 'The acting user''s role in the club: OWNER, ADMIN or MEMBER; null if they are not a member.';
