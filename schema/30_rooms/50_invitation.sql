create or replace function invitation(code text) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  found_one invitations;
begin
  select * into found_one from invitations i where i.code = invitation.code;
  if not found then
    perform refuse_invitation('invitations_is_known');
  end if;
  return invitation_record(found_one) - 'id' - 'created_at' || jsonb_build_object(
    'state', invitation_state(found_one),
    'for_you', found_one.invited_user is null or found_one.invited_user is not distinct from acting_user());
end
$$;

comment on function invitation(text) is
  'What an invitation is to, for whoever holds its code, signed in or not: {code, club_id, club, room_id, room, invited_by, expires_at, state, for_you}. Raises P0002 with invitations_is_known if there is none.';
