create or replace function replay_room(room_id bigint, newest int default 1000)
returns table (seq bigint, at timestamptz, what text, roster text)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  reader record := log_reader(replay_room.room_id);
  since bigint := coalesce(least(reader.joined_seq, reader.public_seq), 0);
  first_seq bigint;
  counted boolean;
  seats jsonb; -- by user; while the roster is counted, without those that are quiet
  here int;    -- people and bots, of which the quiet ones are only counted
  event events;
  seat jsonb;
begin
  if replay_room.newest < 0 then
    raise invalid_parameter_value using
      message    = format('%s events cannot be replayed', replay_room.newest),
      constraint = 'replay_room_newest_is_a_number_of_events',
      hint       = 'Say how many of the newest events you want: 0 or more.';
  end if;
  select min(v.seq) into first_seq
  from (
    select x.seq from events x
    where x.room_id = replay_room.room_id
      and may_read_event(x, reader.joined_seq, reader.public_seq, reader.is_node)
    order by x.seq desc limit replay_room.newest
  ) v;
  -- As it was before the first change that follows, or else as it is.
  select coalesce((
    select x.old_record ->> 'roster' = 'counted' from events x
    where x.room_id = replay_room.room_id and x.seq >= first_seq and x.table_name = 'rooms' and x.type = 'UPDATE'
      and x.record ->> 'roster' is distinct from x.old_record ->> 'roster' order by x.seq limit 1), r.roster = 'counted')
  into counted from rooms r where r.id = replay_room.room_id;
  select coalesce(jsonb_object_agg(s ->> 'user_id', s) filter (where not counted or not seat_is_quiet(s)), '{}'),
         count(*) filter (where s ->> 'kind' in ('person', 'bot'))
  into seats, here
  from seats_after(replay_room.room_id, greatest(first_seq, since) - 1) s;
  -- Also events that the user may not read: they are counted, and not shown.
  for event in
    select * from events e
    where e.room_id = replay_room.room_id and e.seq >= first_seq
      and (e.table_name in ('participants', 'rooms') or may_read_event(e, reader.joined_seq, reader.public_seq, reader.is_node))
    order by e.seq
  loop
    if event.table_name = 'participants' and event.seq >= since
       -- not copies of an event that was counted already
       and (event.recipient is null or event.recipient = (coalesce(event.record, event.old_record) ->> 'user_id')::bigint) then
      seat := coalesce(event.record, event.old_record);
      here := here + case when seat ->> 'kind' not in ('person', 'bot') then 0
                          else (event.record ->> 'peer_id' is not null)::int - (event.old_record ->> 'peer_id' is not null)::int end;
      seats := case when event.record ->> 'peer_id' is null or (counted and seat_is_quiet(event.record)) then seats - (seat ->> 'user_id')
                    else seats || jsonb_build_object(seat ->> 'user_id', seat) end;
    elsif event.table_name = 'rooms' and event.record ->> 'roster' is distinct from event.old_record ->> 'roster' then
      counted := coalesce(event.record ->> 'roster' = 'counted', false);
      if counted then
        select coalesce(jsonb_object_agg(s.key, s.value), '{}') into seats from jsonb_each(seats) s where not seat_is_quiet(s.value);
      end if;
    end if;
    continue when not may_read_event(event, reader.joined_seq, reader.public_seq, reader.is_node);
    seq := event.seq;
    at := event.committed_at;
    what := describe_event(event);
    -- Users may read messages from before they joined, but not necessarily who was in the room then.
    roster := case when event.seq >= since then (
      select nullif(concat_ws(' and ', string_agg((s.value ->> 'username')
                        || case s.value ->> 'role' when 'SPEAKER' then '' else ' ' || lower(s.value ->> 'role') end,
                        ', ' order by (s.value ->> 'seq')::bigint),
                       case when counted then here - count(*) filter (where s.value ->> 'kind' in ('person', 'bot')) || ' more in the audience' end), '')
      from jsonb_each(seats) s) end;
    return next;
  end loop;
end
$$;

comment on function replay_room(bigint, int) is
  'The newest events of the room''s log, each as a sentence, with the roster after it; while that is counted, with the number of the others in the audience. For participants, who see the events that they may read (may_read_event), and for operators.';
