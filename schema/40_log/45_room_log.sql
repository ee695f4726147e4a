create or replace function room_log(room_id bigint, peer_id uuid, epoch bigint, after bigint, at_most int default 1000)
returns json
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  reader record := log_reader(room_log.room_id, room_log.peer_id);
  log logs;
  visible_events json;
  newest bigint;
  event_count int;
begin
  if room_log.at_most < 1 then
    raise invalid_parameter_value using
      message    = format('%s events cannot be read', room_log.at_most),
      constraint = 'room_log_at_most_is_a_number_of_events',
      hint       = 'Say how many events you want at most: 1 or more.';
  end if;
  select * into log from logs l
  where l.room_id = room_log.room_id and l.epoch = room_log.epoch and room_log.after between l.tail_seq and l.head_seq;
  if not found then
    raise no_data_found using
      message = 'the log does not reach back to this cursor',
      hint    = 'Read a new snapshot.';
  end if;
  select json_agg(event_json(e) order by e.seq), max(e.seq), count(*)
  into visible_events, newest, event_count
  from (
    select * from events x
    where x.room_id = room_log.room_id and x.seq > room_log.after
      and may_read_event(x, reader.joined_seq, reader.public_seq, reader.is_node)
    order by x.seq limit room_log.at_most
  ) e;
  -- A reader who has all visible events continues at the head, after events for other recipients.
  return json_build_object(
    'events', coalesce(visible_events, '[]'),
    'cursor', log.epoch || '-' || case when event_count < room_log.at_most then log.head_seq else newest end,
    'audience', case when log.counted then audience_record(log.room_id, log.here, log.on_stage) end,
    'counts_changed', log.counts_seq > room_log.after);
end
$$;

comment on function room_log(bigint, uuid, bigint, bigint, int) is
  'The events of a room''s log after a cursor that the acting user may read: {"events", "cursor", "audience", "counts_changed"}; while the roster is counted, audience has the numbers as they are at the head, and counts_changed says whether they changed since the cursor. Raises P0002 if the log does not reach back to the cursor. Consistent only in a REPEATABLE READ transaction.';
