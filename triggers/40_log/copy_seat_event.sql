create or replace function copy_seat_event(room_id bigint, seq bigint, peer_id uuid) returns void
language plpgsql as $$
declare
  event record;
  partner bigint;
begin
  select * into event from roomtone.events e where e.room_id = copy_seat_event.room_id and e.seq = copy_seat_event.seq;
  if event.recipient is null then
    return;
  end if;
  for partner in select x from roomtone.signal_partners(copy_seat_event.peer_id) x where x <> event.recipient loop
    perform roomtone.append_event(event.room_id, event.table_name, event.type, event.record, event.old_record, recipient => partner, reason => event.reason);
  end loop;
end
$$;

comment on function copy_seat_event(bigint, bigint, uuid) is
  'An event about a seat that only its user receives is also for those with whom its session exchanged signals, who have a connection with it.';
