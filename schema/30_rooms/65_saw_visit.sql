create or replace function saw_visit(room_id bigint, left_at timestamptz) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return is_host(saw_visit.room_id)
  or exists (select from visits v
             where v.room_id = saw_visit.room_id and v.user_id = acting_user() and v.joined_at <= saw_visit.left_at
               and (v.hidden or v.left_at >= saw_visit.left_at))
  or exists (select from participants p
             where p.room_id = saw_visit.room_id and p.user_id = acting_user() and p.join_date <= saw_visit.left_at);

comment on function saw_visit(bigint, timestamptz) is
  'Whether the acting user hosts this room, or could see who was in it at this moment, when it was for invited users: they are there now and came before it, or were there at it, or had come before it while the room was for invited users.';
