create or replace function refuse_invitation(rule text) returns void
language plpgsql immutable as $$
begin
  case rule
    when 'invitations_is_known' then
      raise no_data_found using
        message    = 'there is no invitation with this code',
        constraint = 'invitations_is_known',
        hint       = 'It may have been withdrawn. Ask for a new one.';
    when 'invitations_is_for_you' then
      raise insufficient_privilege using
        message    = 'this invitation is for another user',
        constraint = 'invitations_is_for_you',
        hint       = 'Ask for an invitation for yourself.';
    when 'invitations_is_accepted_once' then
      raise check_violation using
        message    = 'you have accepted this invitation already',
        constraint = 'invitations_is_accepted_once',
        hint       = 'Join the room, or open the club.';
    when 'invitations_is_not_declined' then
      raise check_violation using
        message    = 'you have declined this invitation',
        constraint = 'invitations_is_not_declined',
        hint       = 'If you changed your mind, ask for a new one.';
    when 'invitations_has_not_expired' then
      raise check_violation using
        message    = 'this invitation has expired',
        constraint = 'invitations_has_not_expired',
        hint       = 'Ask for a new one.';
    when 'invitations_is_not_used_up' then
      raise check_violation using
        message    = 'this invitation has been accepted as many times as it allows',
        constraint = 'invitations_is_not_used_up',
        hint       = 'Ask for a new one.';
  end case;
end
$$;

comment on function refuse_invitation(text) is 'Raises the error for a rule about answering invitations.';
