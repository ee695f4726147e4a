create or replace function relay_people_here(people bigint[]) returns table (user_id bigint, here jsonb)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select u.id, jsonb_build_object('user_id', u.id, 'username', u.username, 'rooms', coalesce(
    (select jsonb_agg(p.room_id order by p.seq)
     from participants p join rooms r on r.id = p.room_id
     where p.user_id = u.id and p.peer_id is not null and r.access <> 'invited' and r.ended_at is null), '[]'))
  from users u
  where u.id = any (relay_people_here.people);
end;

comment on function relay_people_here(bigint[]) is
  'In which rooms these people are: {user_id, username, rooms: [ids]}. Only rooms that everybody may see, because relays send it to all who follow them.';
