-- An invitation to a room is valid only as long as its maker may make it. A user who no longer moderates the room (lost the role,
-- stepped down, left, timed out, was removed or banned, or handed the room over) loses their invitations, as owners and
-- admins of a club do. A user who is removed or banned loses them whatever their role was. Guests who accepted one stay guests.

create or replace function withdraw_invitations(room_id bigint, maker bigint) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from invitations i where i.room_id = withdraw_invitations.room_id and i.invited_by = withdraw_invitations.maker;
end;

comment on function withdraw_invitations(bigint, bigint) is 'Deletes the invitations to the room that this user made: named invitations and links.';
