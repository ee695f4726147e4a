create or replace function renew_calendar_address() returns text
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  secret constant text := new_code();
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message    = 'you must be signed in to have a calendar of your own',
      constraint = 'calendar_addresses_have_a_user',
      hint       = 'Sign in, or in psql act as a user: select act_as(…);';
  end if;
  -- Otherwise a program would leave an address behind that goes on when its token is revoked.
  if exists (select from access_tokens a where a.jti = current_setting('request.jwt.claims')::jsonb ->> 'jti') then
    raise insufficient_privilege using
      message    = 'this token is one for programs, which make no address of a calendar',
      constraint = 'calendar_addresses_are_not_made_by_programs',
      hint       = 'Make it on your page.';
  end if;
  insert into calendar_addresses (user_id, secret_hash) values (acting_user(), sha256(convert_to(secret, 'UTF8')))
  on conflict on constraint calendar_addresses_pkey do update set secret_hash = excluded.secret_hash, created_at = excluded.created_at;
  return secret;
end
$$;

comment on function renew_calendar_address() is
  'A new secret for the address of the acting user''s own calendar, /calendars/{secret}.ics; the one before is no longer valid. It is not stored, and never shown again.';
