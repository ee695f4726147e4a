create or replace function room_at(room_id bigint, moment timestamptz default null)
returns table (user_id bigint, username text, kind text, role text, muted boolean, hand_raised_at timestamptz,
               invited_to_speak_at timestamptz, asked_to_unmute_at timestamptz, join_date timestamptz, seq bigint)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  reader record := log_reader(room_at.room_id);
  wanted timestamptz := coalesce(room_at.moment, clock_timestamp());
  log logs;
  oldest timestamptz;
  last_seq bigint;
begin
  select * into log from logs l where l.room_id = room_at.room_id;
  select min(e.committed_at), coalesce(max(e.seq) filter (where e.committed_at <= wanted), log.tail_seq)
  into oldest, last_seq
  from events e where e.room_id = room_at.room_id;
  if log.tail_seq = 0 then
    oldest := to_timestamp(log.epoch / 100000 / 1000.0); -- nothing was deleted yet
  end if;
  if least(reader.joined_seq, reader.public_seq) > 0 then
    -- The earliest time for which the user may see the roster.
    select greatest(oldest, coalesce(min(e.committed_at), now())) into oldest
    from events e where e.room_id = room_at.room_id and e.seq >= least(reader.joined_seq, reader.public_seq);
  end if;
  if wanted < coalesce(oldest, wanted) then
    raise no_data_found using
      message    = format('the log of room %s begins at %s', room_at.room_id, oldest),
      constraint = 'events_are_still_kept',
      hint       = case when least(reader.joined_seq, reader.public_seq) > 0 then 'Of a room for invited users you see the roster since you joined.'
                        else 'Events are kept for an hour, and are lost in a crash.' end;
  end if;
  return query
    select s.user_id, s.username, s.kind, s.role, s.muted, s.hand_raised_at, s.invited_to_speak_at, s.asked_to_unmute_at,
           s.join_date, s.seq
    from seats_after(room_at.room_id, last_seq) seat
    cross join lateral jsonb_to_record(seat) s (user_id bigint, username text, kind text, role text, muted boolean,
                                                hand_raised_at timestamptz, invited_to_speak_at timestamptz,
                                                asked_to_unmute_at timestamptz, join_date timestamptz, seq bigint);
end
$$;

comment on function room_at(bigint, timestamptz) is
  'The room''s roster at an earlier time, for participants and operators: select * from room_at(1, now() - interval ''5 minutes''); It reaches back to the oldest event in the log (relays keep events for an hour), or to the beginning of the log. Earlier times are refused as events_are_still_kept.';
