-- Views are dropped and made anew: CREATE OR REPLACE could only add columns at the end. Every one is a security_barrier: otherwise
-- a filter of the reader's may run on rows that the view leaves out, and an error it raises there tells that they exist.
drop view if exists roster;
create view roster with (security_barrier) as
select p.room_id, r.name as room, p.user_id, u.username, p.kind, p.role, p.muted, p.hand_raised_at,
       p.invited_to_speak_at, p.asked_to_unmute_at, p.peer_id, p.join_date, p.seq
from participants p
join rooms r on r.id = p.room_id
join users u on u.id = p.user_id
where p.peer_id is not null and (r.access <> 'invited' or acting_as_operator() or may_see_room(r.id))
order by p.room_id, p.seq;

comment on view roster is 'Who is in which room right now, in the order they joined, where one may know of the room: select * from roster where room_id = 1;';
comment on column roster.room_id is 'The room.';
comment on column roster.room is 'The room''s name.';
comment on column roster.user_id is 'The person.';
comment on column roster.username is 'Their name.';
comment on column roster.kind is 'person, bot, sfu or mcu.';
comment on column roster.role is 'HOST, MODERATOR, SPEAKER or AUDIENCE.';
comment on column roster.muted is 'Microphone off.';
comment on column roster.hand_raised_at is 'Since when their hand is up; null when it is not.';
comment on column roster.invited_to_speak_at is 'Since when they are invited to the stage; null when they are not.';
comment on column roster.asked_to_unmute_at is 'Since when they are asked to switch their microphone on; null when they are not.';
comment on column roster.peer_id is 'This session of the seat.';
comment on column roster.join_date is 'When this session began.';
comment on column roster.seq is 'Position of the joining in the room''s log.';
