create or replace function relay_require_recent_sign_in(issued_at float8) returns void
language plpgsql stable set search_path = roomtone, pg_temp as $$
declare
  longest constant interval := '10 minutes';
begin
  -- Whoever finds a signed-in page, or has its token, must not be able to stay by a passkey of their own.
  if coalesce(relay_require_recent_sign_in.issued_at, '-infinity') < extract(epoch from now() - longest)::float8 then
    raise insufficient_privilege using
      message    = 'you signed in more than ten minutes ago',
      constraint = 'passkeys_need_a_recent_sign_in',
      hint       = 'Sign in again with a passkey that you have, then add the new one.';
  end if;
end
$$;

comment on function relay_require_recent_sign_in(float8) is
  'Refuses what only a user may do who signed in within the last ten minutes: to add a passkey. issued_at: when the request''s token was issued (`iat`); without it, it was not recently.';
