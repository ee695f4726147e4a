-- A view is never dropped, because views of an operator may depend on it: new columns come at its end. Every view is a security_barrier:
-- otherwise a user's filter may run on rows that the view hides, and an error it raises would show that they exist.
create or replace view roster with (security_barrier) as
select p.room_id, r.name as room, p.user_id, u.username, p.kind, p.role, p.muted, p.hand_raised_at,
       p.invited_to_speak_at, p.asked_to_unmute_at, p.peer_id, p.join_date, p.seq, p.edge, p.captioned_by
from participants p
join rooms r on r.id = p.room_id
join users u on u.id = p.user_id
where p.peer_id is not null and (r.access <> 'invited' or acting_as_operator() or may_see_room(r.id))
order by p.room_id, p.seq;

comment on view roster is 'The participants of each room that the acting user may see, in the order in which they joined: select * from roster where room_id = 1;';
comment on column roster.room_id is 'The room.';
comment on column roster.room is 'The room''s name.';
comment on column roster.user_id is 'The participant.';
comment on column roster.username is 'Their name.';
comment on column roster.kind is 'person, bot, sfu, mcu or edge.';
comment on column roster.role is 'HOST, MODERATOR, SPEAKER or AUDIENCE.';
comment on column roster.muted is 'Whether the microphone is off.';
comment on column roster.hand_raised_at is 'Since when their hand is raised; null if it is not.';
comment on column roster.invited_to_speak_at is 'Since when they are invited to speak; null if they are not.';
comment on column roster.asked_to_unmute_at is 'Since when they are asked to switch their microphone on; null if they are not.';
comment on column roster.peer_id is 'Id of this session of the seat.';
comment on column roster.join_date is 'When this session began.';
comment on column roster.seq is 'Position of the join event in the room''s log.';
comment on column roster.edge is 'The peer_id of the edge that sends them the room''s mix; null if the node of the stage serves them, or there is no node.';
comment on column roster.captioned_by is 'Whom they let write captions of what they say: self or operator; null: nobody.';
