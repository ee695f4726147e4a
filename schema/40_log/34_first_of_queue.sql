create or replace function first_of_queue(room_id bigint) returns setof bigint
language sql stable
begin atomic
  select p.user_id from participants p
  where p.room_id = first_of_queue.room_id and p.role = 'AUDIENCE' and (p.hand_raised_at is not null or p.invited_to_speak_at is not null)
  order by p.invited_to_speak_at, p.hand_raised_at, p.user_id limit 50;
end;

comment on function first_of_queue(bigint) is
  'The first 50 of those in a room''s audience who are invited to speak or raise a hand: who is invited first, then in the order of the hands. The views hand_queue and roster have the rest.';
