create or replace function relay_require_recent_sign_in(claims jsonb) returns void
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  -- Whoever finds a signed-in page, or has its token, must not be able to stay by a passkey of their own.
  if not signed_in_recently(relay_require_recent_sign_in.claims) then
    raise insufficient_privilege using
      message    = 'you signed in more than ten minutes ago',
      constraint = 'passkeys_need_a_recent_sign_in',
      hint       = 'Sign in again with a passkey that you have, then add the new one.';
  end if;
end
$$;

comment on function relay_require_recent_sign_in(jsonb) is
  'Refuses that a user adds a passkey who did not sign in within the last ten minutes, by the claims of the request''s token.';
