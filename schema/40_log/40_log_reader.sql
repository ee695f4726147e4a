-- The one rule of what somebody who sits in a room may read of its past. Whatever shows a user events asks it: the log, time travel, replay.

create or replace function log_reader(room_id bigint, peer_id uuid default null, out joined_seq bigint, out public_seq bigint)
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
        and e.old_record ->> 'access' = 'invited' and e.record ->> 'access' <> 'invited'), 0) end
  into log_reader.joined_seq, log_reader.public_seq
  from rooms r join participants p on p.room_id = r.id
  where r.id = log_reader.room_id and p.user_id = acting_user();
end
$$;

comment on function log_reader(bigint, uuid) is
  'How far back the acting user may read a room''s log: where their session joined, and from where on anybody could see who sat there (the host always could). Nulls for the operator, who reads all of it. Raises for somebody without a seat.';
