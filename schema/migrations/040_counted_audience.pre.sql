-- Functions whose arguments or results have changed. Relays of the release before call relay_read by the names of its columns.
drop function if exists
  roomtone.append_event(bigint, text, text, jsonb, jsonb, bigint, text, boolean, boolean),
  roomtone.log_reader(bigint, uuid),
  roomtone.may_read_event(roomtone.events, bigint, bigint),
  roomtone.relay_read(bigint[], bigint[], int);
