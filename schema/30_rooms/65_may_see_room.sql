create or replace function may_see_room(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from rooms r
  where r.id = may_see_room.room_id
    and (r.access <> 'invited' or acting_as_operator()
         or acting_user() in (select reader from room_readers(r.id) reader)));

comment on function may_see_room(bigint) is
  'Whether the acting user may see this room. Everybody sees rooms with access open and club; a room for invited users is seen by room_readers only, and by operators.';
