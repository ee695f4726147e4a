create or replace function become(claims jsonb, node text) returns void
language plpgsql as $$
declare
  refused constant text := roomtone.why_token_is_refused(claims ->> 'jti', nullif(claims ->> 'sub', '')::bigint, (claims ->> 'iat')::float8);
begin
  if refused = 'signed out' then
    raise invalid_authorization_specification using
      message = 'you have signed out, or revoked this token',
      hint    = 'POST /session signs in.';
  elsif refused = 'disabled' then
    perform roomtone.refuse_disabled_user();
  elsif refused = 'earlier' then
    raise invalid_authorization_specification using
      message    = 'this token was issued before this account signed in at its issuer, and no longer counts',
      constraint = 'users_earlier_tokens_are_refused',
      hint       = 'Sign in again.';
  end if;
  perform set_config('request.jwt.claims', claims::text, true),
          set_config('roomtone.node', become.node, true),
          set_config('role', case when coalesce(claims ->> 'sub', '') = '' then 'roomtone_anon' else 'roomtone_person' end, true);
end
$$;

comment on function become(jsonb, text) is
  'Acts until the end of the transaction as the user of these verified claims, or as an anonymous user if they have no `sub`. Refuses revoked tokens, those issued before users.tokens_ended_at, and every token of a disabled user.';
