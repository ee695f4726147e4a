create or replace function relay_use_passkey_challenge(challenge bytea, to_sign_in boolean) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update passkey_challenges c set used_at = now()
  where c.challenge = relay_use_passkey_challenge.challenge and c.used_at is null and c.expires_at > now()
    and (c.user_handle is null) = relay_use_passkey_challenge.to_sign_in;
  if not found then
    raise insufficient_privilege using
      message    = 'this answer came too late, or a second time',
      constraint = 'passkey_challenges_are_used_once',
      hint       = 'Try again.';
  end if;
end
$$;

comment on function relay_use_passkey_challenge(bytea, boolean) is
  'Uses up this challenge, before the answer to it is verified. Raises if it is not known, was used, has expired, or was for the other purpose.';
