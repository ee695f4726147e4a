create or replace function is_node_of_room(room_id bigint, user_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from assignments a join nodes n on n.id = a.node_id
  where a.room_id = is_node_of_room.room_id and n.user_id = is_node_of_room.user_id);

comment on function is_node_of_room(bigint, bigint) is 'Whether this user is a media node that serves the room: its stage, or its audience.';
