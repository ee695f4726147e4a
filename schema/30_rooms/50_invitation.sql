create or replace function invitation(code text) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  found_invitation invitations;
begin
  select * into found_invitation from invitations i where i.code = invitation.code;
  if not found then
    perform refuse_invitation('invitations_is_known');
  end if;
  return invitation_record(found_invitation) - 'id' - 'created_at' || jsonb_build_object(
    'state', invitation_state(found_invitation),
    'for_you', found_invitation.invited_user is null or found_invitation.invited_user is not distinct from acting_user());
end
$$;

comment on function invitation(text) is
  'Describes the invitation with this code, also to anonymous users: {code, club_id, club, room_id, room, invited_by, expires_at, state, for_you}. Raises P0002 with invitations_is_known if there is none.';
