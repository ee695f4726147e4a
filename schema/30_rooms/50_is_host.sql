create or replace function is_host(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from rooms r where r.id = is_host.room_id and r.host_id = acting_user());

comment on function is_host(bigint) is 'Whether the acting user is the room''s host.';
