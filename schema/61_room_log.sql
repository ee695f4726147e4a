create or replace function event_json(event events) returns json
language sql stable
return json_build_object(
  'seq', event.seq, 'table', event.table_name, 'type', event.type, 'record', event.record, 'old_record', event.old_record,
  'commit_timestamp', event.committed_at, 'recipient', event.recipient, 'reason', event.reason);

comment on function event_json(events) is 'An event in the one shape every technique delivers.';

create or replace function room_log(room_id bigint, peer_id uuid, epoch bigint, after bigint, at_most int default 1000)
returns table (seq bigint, event json)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  perform require_seat(room_log.room_id, room_log.peer_id);
  perform from logs l
  where l.room_id = room_log.room_id and l.epoch = room_log.epoch and room_log.after between l.tail_seq and l.head_seq;
  if not found then
    raise no_data_found using
      message = 'the log does not reach back to this cursor',
      hint    = 'Take a fresh snapshot.';
  end if;
  return query
    select e.seq, event_json(e) from events e
    where e.room_id = room_log.room_id and e.seq > room_log.after
      and (e.recipient is null or e.recipient = acting_user())
    order by e.seq limit room_log.at_most;
end
$$;

comment on function room_log(bigint, uuid, bigint, bigint, int) is
  'What the acting user may see of a room''s log after a cursor; raises P0002 if the log does not reach back to it.';
