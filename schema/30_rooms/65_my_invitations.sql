create or replace function my_invitations() returns jsonb
language sql stable security definer set search_path = roomtone, pg_temp
return invitations_of(acting_user());

comment on function my_invitations() is
  'The acting user''s named invitations that they have not answered: [{id, code, club_id, club, room_id, room, invited_by, created_at, expires_at}].';
