create or replace view followed_people with (security_barrier) as
select f.followed_id as user_id, u.username, u.kind, f.created_at as since, here.room_id, here.room, here.role
from follows f
join users u on u.id = f.followed_id
left join lateral (
  select p.room_id, r.name as room, p.role
  from participants p join rooms r on r.id = p.room_id
  where p.user_id = f.followed_id and p.peer_id is not null and r.ended_at is null
    and (r.access <> 'invited' or may_see_room(r.id))
) here on true
where f.user_id = acting_user() and u.disabled_at is null
order by here.room_id is null, lower(u.username), here.room_id;

comment on view followed_people is
  'The people whom the acting user follows, and where they are now; a row for each room that they are in and the acting user may see: select username, room, role from followed_people;';
comment on column followed_people.user_id is 'The followed user.';
comment on column followed_people.username is 'Their name.';
comment on column followed_people.kind is 'person or bot.';
comment on column followed_people.since is 'Since when the acting user follows them.';
comment on column followed_people.room_id is 'A room that they are in; null if they are in none that the acting user may see.';
comment on column followed_people.room is 'The room''s name.';
comment on column followed_people.role is 'HOST, MODERATOR, SPEAKER or AUDIENCE.';
