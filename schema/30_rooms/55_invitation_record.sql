create or replace function invitation_record(invitation invitations) returns jsonb
language sql stable
return jsonb_build_object(
  'id', invitation.id, 'code', invitation.code,
  'club_id', coalesce(invitation.club_id, (select r.club_id from rooms r where r.id = invitation.room_id)),
  'club', (select c.name from clubs c where c.id = coalesce(
             invitation.club_id, (select r.club_id from rooms r where r.id = invitation.room_id))),
  'room_id', invitation.room_id, 'room', (select r.name from rooms r where r.id = invitation.room_id),
  'invited_by', (select u.username from users u where u.id = invitation.invited_by),
  'created_at', invitation.created_at, 'expires_at', invitation.expires_at);

comment on function invitation_record(invitations) is
  'An invitation as the invited user sees it, with names. For a room it also names the room''s club.';
