drop function if exists replay_room(bigint);

create or replace function replay_room(room_id bigint, newest int default 1000)
returns table (seq bigint, at timestamptz, what text, roster text)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  seats jsonb;
  first_seq bigint;
  event events;
  seat jsonb;
begin
  if not acting_as_operator() then
    perform require_seat(replay_room.room_id);
  end if;
  select min(v.seq) into first_seq
  from (
    select x.seq from events x
    where x.room_id = replay_room.room_id
      and (acting_as_operator() or x.recipient is null or x.recipient = acting_user())
    order by x.seq desc limit replay_room.newest
  ) v;
  select coalesce(jsonb_object_agg(s ->> 'user_id', s), '{}') into seats
  from seats_after(replay_room.room_id, first_seq - 1) s;
  for event in
    select * from events e
    where e.room_id = replay_room.room_id and e.seq >= first_seq
      and (acting_as_operator() or e.recipient is null or e.recipient = acting_user())
    order by e.seq
  loop
    if event.table_name = 'participants' then
      seat := coalesce(event.record, event.old_record);
      seats := case when event.record ->> 'peer_id' is null then seats - (seat ->> 'user_id')
                    else seats || jsonb_build_object(seat ->> 'user_id', seat) end;
    end if;
    seq := event.seq;
    at := event.committed_at;
    what := event_words(event);
    roster := (
      select string_agg((s.value ->> 'username')
                        || case s.value ->> 'role' when 'SPEAKER' then '' else ' ' || lower(s.value ->> 'role') end,
                        ', ' order by (s.value ->> 'seq')::bigint)
      from jsonb_each(seats) s);
    return next;
  end loop;
end
$$;

comment on function replay_room(bigint, int) is
  'Steps through the newest events of the room''s log: each in words, and who was there after it. For those in the room, who see what was for them, and the operator, who sees all.';
