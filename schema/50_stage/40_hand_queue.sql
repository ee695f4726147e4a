create or replace view hand_queue with (security_barrier) as
select p.room_id, row_number() over (partition by p.room_id order by p.hand_raised_at, p.user_id) as place,
       p.user_id, u.username, p.hand_raised_at
from participants p
join users u on u.id = p.user_id
where p.hand_raised_at is not null
  and (acting_as_operator() or participates(p.room_id))
order by p.room_id, place;

comment on view hand_queue is
  'The raised hands in the order in which they were raised, for participants: select * from hand_queue where room_id = 1;';
comment on column hand_queue.room_id is 'The room.';
comment on column hand_queue.place is 'Place in the queue, from 1.';
comment on column hand_queue.user_id is 'The audience member who asks to speak.';
comment on column hand_queue.username is 'Their name.';
comment on column hand_queue.hand_raised_at is 'Since when the hand is raised.';
