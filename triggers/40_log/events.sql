create or replace function tg_events__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- All events of this transaction are written by now, so its notifications for one room are equal, and PostgreSQL sends equal
  -- notifications once (manual, NOTIFY). Only positions, never rows: every database user can LISTEN.
  perform pg_notify('roomtone', json_build_object('room', l.room_id, 'seq', l.head_seq, 'hallway', l.hallway_seq)::text)
  from logs l where l.room_id = new.room_id;
  return null;
end
$$;

comment on function tg_events__notify() is
  'NOTIFY roomtone with {"room", "seq", "hallway"}: the room, the head of its log, and the position of the newest change of its row in the hallway.';

drop trigger if exists _900_notify on events;
create constraint trigger _900_notify after insert on events
deferrable initially deferred for each row execute function tg_events__notify();
comment on trigger _900_notify on events is 'One notification per room and transaction, after the last event.';
