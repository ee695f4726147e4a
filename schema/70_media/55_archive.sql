create or replace view archive with (security_barrier) as
select r.id, r.room_id, rooms.name as room, r.started_by, u.username as host, recording_status(r) as status,
       r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason,
       extract(epoch from r.duration)::float8 as seconds, r.bytes, r.failure, r.continues_id,
       array(select p.username from recorded_seats s join users p on p.id = s.user_id
             where s.recording_id = r.id order by lower(p.username)) as people,
       acting_as_operator() or acting_user() in (r.started_by, rooms.host_id) as mine
from recordings r
join users u on u.id = r.started_by
left join rooms on rooms.id = r.room_id
where r.deleted_at is null and r.started_at is not null
  and (acting_as_operator() or was_recorded(r.id))
order by r.id desc;

comment on view archive is 'The recordings that the acting user may play, newest first: select id, room, seconds from archive; The audio is at /recordings/{id}.';
comment on column archive.id is 'Id of the recording.';
comment on column archive.room_id is 'The room.';
comment on column archive.room is 'The room''s name; null if the acting user may not see the room (any more).';
comment on column archive.started_by is 'The user who started it.';
comment on column archive.host is 'The name of the user who started it.';
comment on column archive.status is 'recording, ended or failed.';
comment on column archive.announced_at is 'When it was announced to all participants.';
comment on column archive.begins_at is 'When it was to begin.';
comment on column archive.started_at is 'When the first audio was written.';
comment on column archive.ended_at is 'When it ended; null while it runs.';
comment on column archive.ended_reason is 'Why it ended; null if a user stopped it.';
comment on column archive.seconds is 'Duration in seconds; null until the file is complete.';
comment on column archive.bytes is 'Size of the file; null until it is complete.';
comment on column archive.failure is 'What went wrong; null if nothing did.';
comment on column archive.continues_id is 'The recording that this one continues.';
comment on column archive.people is 'Names of the participants who were in the room while it ran.';
comment on column archive.mine is 'Whether the acting user may delete it.';
