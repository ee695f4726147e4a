create or replace function invitation_reaches(invitation invitations) returns boolean
language sql stable
return not exists (select from blocks b where b.user_id = invitation.invited_user and b.blocked_id = invitation.invited_by)
   and not exists (select from bans b where b.room_id = invitation.room_id and b.user_id = invitation.invited_user);

comment on function invitation_reaches(invitations) is
  'Whether an invitation by name has any effect: its user neither blocks its maker nor is banned from the room. The maker is told the same either way.';

create or replace function room_readers(room_id bigint) returns setof bigint
language sql stable
begin atomic
  select r.host_id from rooms r where r.id = room_readers.room_id
  union
  select g.user_id from guests g where g.room_id = room_readers.room_id
  union
  select p.user_id from participants p where p.room_id = room_readers.room_id
  union
  select i.invited_user from invitations i
  where i.room_id = room_readers.room_id and i.invited_user is not null
    and i.declined_at is null and i.uses = 0 and i.expires_at > clock_timestamp() and invitation_reaches(i);
end;

comment on function room_readers(bigint) is
  'Who may know of a room for the invited: its host, its guests, those seated, and whoever has an open invitation by name.';

create or replace function may_see_room(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from rooms r
  where r.id = may_see_room.room_id
    and (r.access <> 'invited' or acting_as_operator()
         or acting_user() in (select reader from room_readers(r.id) reader)));

comment on function may_see_room(bigint) is
  'Whether the acting user may know of this room: everybody of an open one or a club''s, of one for the invited those concerned (room_readers), and the operator of all.';
