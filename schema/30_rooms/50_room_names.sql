create or replace function room_names(club_id bigint, host_id bigint) returns jsonb
language sql stable
return jsonb_build_object(
  'club', (select c.name from clubs c where c.id = room_names.club_id),
  'host', (select u.username from users u where u.id = room_names.host_id));

comment on function room_names(bigint, bigint) is 'The names of a room''s club and host, for the room''s record in the log: {club, host}.';
