create or replace function room_log(room_id bigint, peer_id uuid, epoch bigint, after bigint, at_most int default 1000)
returns json
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  reader record := log_reader(room_log.room_id, room_log.peer_id);
  log logs;
  found_events json;
  newest bigint;
  how_many int;
begin
  select * into log from logs l
  where l.room_id = room_log.room_id and l.epoch = room_log.epoch and room_log.after between l.tail_seq and l.head_seq;
  if not found then
    raise no_data_found using
      message = 'the log does not reach back to this cursor',
      hint    = 'Take a fresh snapshot.';
  end if;
  select json_agg(event_json(e) order by e.seq), max(e.seq), count(*)
  into found_events, newest, how_many
  from (
    select * from events x
    where x.room_id = room_log.room_id and x.seq > room_log.after
      and may_read_event(x, reader.joined_seq, reader.public_seq)
    order by x.seq limit room_log.at_most
  ) e;
  -- Having seen all there is, a reader stands at the head, beyond what was meant for others.
  return json_build_object(
    'events', coalesce(found_events, '[]'),
    'cursor', log.epoch || '-' || case when how_many < room_log.at_most then log.head_seq else newest end);
end
$$;

comment on function room_log(bigint, uuid, bigint, bigint, int) is
  'What the acting user may see of a room''s log after a cursor: {"events", "cursor"}. Raises P0002 if the log does not reach back to it. Exact only in a REPEATABLE READ transaction.';
