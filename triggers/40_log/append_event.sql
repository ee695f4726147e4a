-- The one place where a log grows. It runs from deferred triggers only, so the lock on the log's head is
-- held while a transaction commits and no longer: one left open in psql delays nobody.

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
  'Appends one event to a room''s log, at its head, under the head''s row lock; returns its seq.';
