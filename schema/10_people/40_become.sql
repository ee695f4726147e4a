create or replace function become(claims jsonb, node text) returns void
language plpgsql as $$
begin
  if roomtone.token_is_revoked(claims ->> 'jti') then
    raise invalid_authorization_specification using
      message = 'you have signed out',
      hint    = 'POST /session signs in.';
  end if;
  perform set_config('request.jwt.claims', claims::text, true),
          set_config('roomtone.node', become.node, true),
          set_config('role', case when coalesce(claims ->> 'sub', '') = '' then 'roomtone_anon' else 'roomtone_person' end, true);
end
$$;

comment on function become(jsonb, text) is
  'Acts until the end of the transaction as the user of these verified claims, or as an anonymous user if they have no `sub`. Refuses revoked tokens.';
