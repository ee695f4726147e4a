create or replace function recording_record(recording recordings) returns jsonb
language sql stable
return to_jsonb(recording) - 'file' - 'node_id' - 'of_original'
       || jsonb_build_object('username', (select u.username from users u where u.id = recording.started_by),
                             'status', recording_status(recording),
                             'continued', exists (select from recordings n where n.continues_id = recording.id));

comment on function recording_record(recordings) is 'A recording as it appears in the log: with the name of who started it, its status, and whether another recording continues it; without node and file.';
