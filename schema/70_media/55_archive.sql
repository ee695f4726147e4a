drop view if exists archive cascade;
create view archive with (security_barrier) as
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

comment on view archive is 'The recordings one may hear, newest first: select id, room, seconds from archive; The sound is at /recordings/{id}.';
comment on column archive.id is 'The recording.';
comment on column archive.room_id is 'Where it was made.';
comment on column archive.room is 'The room''s name; null if one may not know of it any more.';
comment on column archive.started_by is 'Who made it.';
comment on column archive.host is 'Their name.';
comment on column archive.status is 'recording, ended or failed.';
comment on column archive.announced_at is 'When everybody in the room was told.';
comment on column archive.begins_at is 'When it was to begin.';
comment on column archive.started_at is 'When its first sound was written.';
comment on column archive.ended_at is 'When it ended; null while it runs.';
comment on column archive.ended_reason is 'Why, if it was not simply stopped.';
comment on column archive.seconds is 'How long it is; null until it is finished.';
comment on column archive.bytes is 'How large it is; null until it is finished.';
comment on column archive.failure is 'What went wrong, if something did.';
comment on column archive.continues_id is 'The recording that it continues.';
comment on column archive.people is 'Who was there while it ran.';
comment on column archive.mine is 'Whether the acting user may delete it.';
