-- All events are written here. It is called only from deferred triggers, so the lock on the row in `logs` is held only while a
-- transaction commits: an open transaction in psql blocks no other.

create or replace function append_event(
  room_id bigint, table_name text, type text, record jsonb, old_record jsonb,
  recipient bigint default null, reason text default null, changes_hallway boolean default false
) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  new_seq bigint;
begin
  loop
    update logs l set head_seq = l.head_seq + 1,
                      hallway_seq = case when append_event.changes_hallway then l.head_seq + 1 else l.hallway_seq end
    where l.room_id = append_event.room_id
    returning l.head_seq into new_seq;
    exit when found;
    perform open_logs(array[append_event.room_id]);
  end loop;
  insert into events (room_id, seq, table_name, type, record, old_record, recipient, actor, reason)
  values (append_event.room_id, new_seq, append_event.table_name, append_event.type, append_event.record,
          append_event.old_record, append_event.recipient, acting_user(), append_event.reason);
  return new_seq;
end
$$;

comment on function append_event(bigint, text, text, jsonb, jsonb, bigint, text, boolean) is
  'Appends an event to a room''s log, with the lock on the log''s row in `logs`. Returns its seq.';
