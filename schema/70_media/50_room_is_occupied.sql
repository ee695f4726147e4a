create or replace function room_is_occupied(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from participants p
  where p.room_id = room_is_occupied.room_id and p.peer_id is not null and p.kind in ('person', 'bot'));

comment on function room_is_occupied(bigint) is 'Whether a person or a bot has a seat in this room; only then it needs a node.';
