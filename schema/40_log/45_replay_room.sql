create or replace function replay_room(room_id bigint, newest int default 1000)
returns table (seq bigint, at timestamptz, what text, roster text)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  reader record := log_reader(replay_room.room_id);
  since bigint := coalesce(least(reader.joined_seq, reader.public_seq), 0);
  seats jsonb;
  first_seq bigint;
  event events;
  seat jsonb;
begin
  select min(v.seq) into first_seq
  from (
    select x.seq from events x
    where x.room_id = replay_room.room_id
      and may_read_event(x, reader.joined_seq, reader.public_seq)
    order by x.seq desc limit replay_room.newest
  ) v;
  select coalesce(jsonb_object_agg(s ->> 'user_id', s), '{}') into seats
  from seats_after(replay_room.room_id, greatest(first_seq, since) - 1) s;
  for event in
    select * from events e
    where e.room_id = replay_room.room_id and e.seq >= first_seq
      and may_read_event(e, reader.joined_seq, reader.public_seq)
    order by e.seq
  loop
    if event.table_name = 'participants' and event.seq >= since then
      seat := coalesce(event.record, event.old_record);
      seats := case when event.record ->> 'peer_id' is null then seats - (seat ->> 'user_id')
                    else seats || jsonb_build_object(seat ->> 'user_id', seat) end;
    end if;
    seq := event.seq;
    at := event.committed_at;
    what := describe_event(event);
    -- Users may read messages from before they joined, but not necessarily who was in the room then.
    roster := case when event.seq >= since then (
      select string_agg((s.value ->> 'username')
                        || case s.value ->> 'role' when 'SPEAKER' then '' else ' ' || lower(s.value ->> 'role') end,
                        ', ' order by (s.value ->> 'seq')::bigint)
      from jsonb_each(seats) s) end;
    return next;
  end loop;
end
$$;

comment on function replay_room(bigint, int) is
  'The newest events of the room''s log, each as a sentence, with the roster after it. For participants, who see the events that they may read (may_read_event), and for operators.';
