create or replace function was_in_room(room_id bigint, user_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from participants p where p.room_id = was_in_room.room_id and p.user_id = was_in_room.user_id
  union all
  select from messages m where m.room_id = was_in_room.room_id and m.user_id = was_in_room.user_id
  union all
  select from events e
  where e.room_id = was_in_room.room_id and e.table_name = 'participants'
    and (coalesce(e.record, e.old_record) ->> 'user_id')::bigint = was_in_room.user_id);

comment on function was_in_room(bigint, bigint) is
  'Whether the user is in the room, or was, according to its messages and its log of the last hour.';
