-- Decides, together with may_read_event, what a participant may read of a room's past. All functions that show events to users
-- call it: room_log, room_at, replay_room.

create or replace function log_reader(room_id bigint, peer_id uuid default null, out joined_seq bigint, out public_seq bigint, out is_node boolean)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  if acting_as_operator() then
    return;
  end if;
  perform require_seat(log_reader.room_id, log_reader.peer_id);
  select coalesce(p.seq, 9223372036854775807), case
    when r.host_id = p.user_id then 0
    when r.access = 'invited' then 9223372036854775807
    else coalesce((
      select max(e.seq) from events e
      where e.room_id = r.id and e.table_name = 'rooms' and e.type = 'UPDATE'
        and e.old_record ->> 'access' = 'invited' and e.record ->> 'access' <> 'invited'), 0) end,
    p.kind not in ('person', 'bot') and is_node_of_room(r.id, p.user_id)
  into log_reader.joined_seq, log_reader.public_seq, log_reader.is_node
  from rooms r join participants p on p.room_id = r.id
  where r.id = log_reader.room_id and p.user_id = acting_user();
end
$$;

comment on function log_reader(bigint, uuid) is
  'How far back the acting user may read a room''s log: joined_seq is where their session joined, public_seq from where on the room was not only for invited users (0 for the host), is_node whether it is a media node of the room, which learns of all seats. All are null for an operator, who may read everything. Raises if the user has no seat.';
