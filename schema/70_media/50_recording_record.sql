create or replace function recording_record(recording recordings) returns jsonb
language sql stable
return to_jsonb(recording) - 'file' - 'node_id'
       || jsonb_build_object('username', (select u.username from users u where u.id = recording.started_by),
                             'status', recording_status(recording),
                             'continued', exists (select from recordings n where n.continues_id = recording.id));

comment on function recording_record(recordings) is 'A recording as the log shows it: with its starter''s name, how it stands and whether another goes on from it, without where it lies.';
