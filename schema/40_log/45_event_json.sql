create or replace function event_json(event events) returns json
language sql stable
return json_build_object(
  'seq', event.seq, 'table', event.table_name, 'type', event.type, 'record', event.record, 'old_record', event.old_record,
  'commit_timestamp', event.committed_at, 'recipient', event.recipient, 'reason', event.reason);

comment on function event_json(events) is 'An event in the JSON form in which all transports deliver it.';
