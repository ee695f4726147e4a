create or replace function relay_begin_passkey(
  address text, wanted text, by_user bigint, secret text,
  out challenge bytea, out user_handle bytea, out username text, out credential_ids bytea[]
)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  link recovery_links;
  owner users;
begin
  if relay_begin_passkey.wanted is not null then
    begin
      -- Whether the name is allowed and free, before a passkey for it is made: this account is created, and that is undone.
      owner := create_user_of_passkey(relay_begin_passkey.wanted);
      raise sqlstate 'RTUND';
    exception when sqlstate 'RTUND' then
      owner.id := null;
    end;
  else
    if relay_begin_passkey.secret is not null then
      select * into link from recovery_links r
      where r.secret_hash = sha256(convert_to(relay_begin_passkey.secret, 'UTF8')) and r.used_at is null and r.expires_at > now();
      if not found then
        perform refuse_recovery_link();
      end if;
    end if;
    select * into owner from users u where u.id = coalesce(link.user_id, relay_begin_passkey.by_user);
    if owner.disabled_at is not null then
      perform refuse_disabled_user();
    end if;
    if owner.issuer is not null and link.user_id is null then
      -- It would go on when the issuer ends the account.
      raise insufficient_privilege using
        message    = 'you sign in elsewhere, so this account has no passkeys of its own',
        constraint = 'passkeys_are_not_for_users_of_an_issuer',
        hint       = 'Ask who runs this site for a link, if you need one.';
    end if;
  end if;
  username := owner.username;
  user_handle := coalesce((select p.user_handle from passkeys p where p.user_id = owner.id limit 1),
                          sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
  credential_ids := array(select p.credential_id from passkeys p where p.user_id = owner.id);
  challenge := (begin_passkey_challenge(relay_begin_passkey.address, owner.id, case when owner.id is null then owner.username end,
                                        relay_begin_passkey.user_handle, link.secret_hash)).challenge;
end
$$;

comment on function relay_begin_passkey(text, text, bigint, text) is
  'A challenge to make a passkey: for a new account of the wanted name, for this user, or by the secret of a recovery link. credential_ids: the passkeys that the user has.';
