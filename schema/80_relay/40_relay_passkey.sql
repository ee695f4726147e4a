create or replace function relay_passkey(credential_id bytea, out public_key bytea, out user_handle bytea)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  select p.public_key, p.user_handle into relay_passkey.public_key, relay_passkey.user_handle
  from passkeys p where p.credential_id = relay_passkey.credential_id;
  if not found then
    raise insufficient_privilege using
      message    = 'this passkey is not known here',
      constraint = 'passkeys_is_known',
      hint       = 'It may have been removed. Choose another one.';
  end if;
end
$$;

comment on function relay_passkey(bytea) is 'By what the signature of this passkey is verified. Raises if there is none with this credential id.';
