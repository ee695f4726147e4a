create or replace function recording_status(recording recordings) returns text
language sql stable
return case
  when recording.deleted_at is not null then 'deleted'
  when recording.failure is not null then 'failed'
  when recording.ended_at is not null then 'ended'
  when recording.started_at is null and recording.begins_at > clock_timestamp() then 'announced'
  else 'recording' end;

comment on function recording_status(recordings) is 'The status of a recording: announced, recording, ended, failed or deleted.';
