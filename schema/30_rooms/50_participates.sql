create or replace function participates(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from participants p
  where p.room_id = participates.room_id and p.user_id = acting_user() and p.peer_id is not null
  union all
  select from rooms r where r.id = participates.room_id and r.host_id = acting_user());

comment on function participates(bigint) is 'Whether the acting user is in the room, or is its host (also while away).';
