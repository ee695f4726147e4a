create or replace function invitation_event(invitation invitations) returns jsonb
language sql stable
return jsonb_build_object(
  'id', invitation.id, 'room_id', invitation.room_id, 'user_id', invitation.invited_user,
  'username', (select u.username from users u where u.id = invitation.invited_user),
  'expires_at', invitation.expires_at, 'declined_at', invitation.declined_at);

comment on function invitation_event(invitations) is 'An invitation as it appears in the log: without its code.';
