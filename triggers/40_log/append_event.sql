-- All events are written here. It is called only from deferred triggers, so the lock on the row in `logs` is held only while a
-- transaction commits: an open transaction in psql blocks no other. Those triggers pin the search path and act as the owner.

create or replace function append_event(
  room_id bigint, table_name text, type text, record jsonb, old_record jsonb,
  recipient bigint default null, reason text default null, changes_hallway boolean default false, has_seq boolean default false,
  recipient_if_counted bigint default null, here int default 0, on_stage int default 0, hands int default 0
) returns bigint
language plpgsql as $$
declare
  log record;
begin
  loop
    -- The notifications of a transaction for one room are equal, so PostgreSQL sends one (manual, NOTIFY): they all say the
    -- transaction's first event. Only positions, never rows: every database user can LISTEN.
    update roomtone.logs l set
      head_seq = l.head_seq + 1,
      notified_in = pg_current_xact_id(),
      notified_seq = case when l.notified_in = pg_current_xact_id() then l.notified_seq else l.head_seq + 1 end,
      hallway_seq = case
        when not append_event.changes_hallway then l.hallway_seq
        when l.notified_in = pg_current_xact_id() then l.notified_seq
        else l.head_seq + 1 end,
      here = l.here + append_event.here,
      on_stage = l.on_stage + append_event.on_stage,
      hands = l.hands + append_event.hands,
      counts_seq = case when append_event.here = 0 and append_event.on_stage = 0 then l.counts_seq else l.head_seq + 1 end,
      deserted_at = case
        when append_event.here = 0 then l.deserted_at
        when l.here + append_event.here > 0 then null
        else clock_timestamp() end
    where l.room_id = append_event.room_id
    returning l.head_seq, l.counted, l.opened_in = pg_current_xact_id() as is_new, pg_notify('roomtone',
      '{"room" : ' || l.room_id || ', "seq" : ' || l.notified_seq || ', "hallway" : ' || l.hallway_seq || '}') into log;
    exit when found;
    perform roomtone.open_logs(array[append_event.room_id]);
  end loop;
  if log.is_new then
    -- The log began in this transaction, after all its changes of seats, which are counted already.
    update roomtone.logs l set here = c.here, on_stage = c.on_stage, hands = c.hands,
                               deserted_at = case when c.here = 0 then l.deserted_at end
    from roomtone.seat_counts(append_event.room_id) c where l.room_id = append_event.room_id;
  end if;
  insert into roomtone.events (room_id, seq, table_name, type, record, old_record, recipient, actor, reason)
  values (append_event.room_id, log.head_seq, append_event.table_name, append_event.type,
          case when append_event.has_seq then append_event.record || jsonb_build_object('seq', log.head_seq) else append_event.record end,
          append_event.old_record, case when log.counted then coalesce(append_event.recipient, append_event.recipient_if_counted) else append_event.recipient end,
          roomtone.acting_user(), append_event.reason);
  return log.head_seq;
end
$$;

comment on function append_event(bigint, text, text, jsonb, jsonb, bigint, text, boolean, boolean, bigint, int, int, int) is
  'Appends an event to a room''s log, with the lock on the log''s row in `logs`. Returns its seq, which is also put into the record with has_seq. recipient_if_counted is its recipient while the roster is counted; here, on_stage and hands are added to the counters. NOTIFY roomtone with {"room", "seq", "hallway"}: the room, the transaction''s first event in its log, and the position of the newest change of its row in the hallway.';
