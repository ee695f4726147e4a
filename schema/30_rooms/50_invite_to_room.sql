create or replace function invite_to_room(
  room_id bigint, username text default null, expires_in interval default '1 day', max_uses int default null
) returns invitations
language sql
begin atomic
  insert into invitations (room_id, invited_user, expires_at, max_uses)
  values (invite_to_room.room_id, case when invite_to_room.username is not null then require_user(invite_to_room.username) end,
          now() + least(greatest(coalesce(invite_to_room.expires_in, '1 day'), '0'), '1 year'), invite_to_room.max_uses)
  returning *;
end;

comment on function invite_to_room(bigint, text, interval, int) is
  'Invite a user to the room in which you are: select invite_to_room(1, ''anna''); Host and moderators may also make a link, by giving no name.';
