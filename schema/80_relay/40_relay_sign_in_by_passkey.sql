create or replace function relay_sign_in_by_passkey(credential_id bytea, sign_count bigint) returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  used passkeys;
  owner users;
begin
  update passkeys p set sign_count = relay_sign_in_by_passkey.sign_count, last_used_at = now()
  where p.credential_id = relay_sign_in_by_passkey.credential_id
    -- WebAuthn, 6.1.1: a counter that did not grow may mean that the private key was copied. 0 and 0: it does not count.
    and (relay_sign_in_by_passkey.sign_count > p.sign_count or (relay_sign_in_by_passkey.sign_count = 0 and p.sign_count = 0))
  returning * into used;
  if not found then
    raise insufficient_privilege using
      message    = 'the counter of this passkey went back, so there may be a copy of it',
      constraint = 'passkeys_sign_count_grows',
      hint       = 'Sign in with another passkey and remove this one, or ask who runs this site for a recovery link.';
  end if;
  select * into owner from users u where u.id = used.user_id;
  if owner.disabled_at is not null then
    perform refuse_disabled_user();
  end if;
  return owner;
end
$$;

comment on function relay_sign_in_by_passkey(bytea, bigint) is
  'The user whose passkey has signed, with the authenticator''s counter. Refuses one whose counter did not grow, because it may be a copy.';
