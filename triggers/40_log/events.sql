create or replace function tg_events__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- By now every event of this transaction is in, so all its bells for one room say the same, and
  -- PostgreSQL rings the same bell once (manual, NOTIFY). A pointer, never a row: anybody may LISTEN.
  perform pg_notify('roomtone', json_build_object('room', l.room_id, 'seq', l.head_seq, 'hallway', l.hallway_seq)::text)
  from logs l where l.room_id = new.room_id;
  return null;
end
$$;

comment on function tg_events__notify() is
  'Rings the bell: NOTIFY roomtone with {"room", "seq", "hallway"}, the heads of the room''s log and of its hallway row.';

drop trigger if exists _900_notify on events;
create constraint trigger _900_notify after insert on events
deferrable initially deferred for each row execute function tg_events__notify();
comment on trigger _900_notify on events is 'One bell per room and transaction, after the last event.';
