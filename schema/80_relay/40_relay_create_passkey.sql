create or replace function relay_create_passkey(
  challenge bytea, by_user bigint, credential_id bytea, public_key bytea, sign_count bigint, transports text[], name text,
  address text, new_users_per_hour int
) returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  most_of_a_user constant int := 20;
  begun passkey_challenges;
  owner users;
begin
  delete from passkey_challenges c where c.challenge = relay_create_passkey.challenge and c.used_at is not null and c.user_handle is not null
  returning * into strict begun;
  if begun.username is not null then
    perform limit_new_users(relay_create_passkey.address, relay_create_passkey.new_users_per_hour,
                            'Sign in with a passkey that you have, or wait.');
    owner := create_user_of_passkey(begun.username);
  elsif begun.recovery_hash is not null then
    update recovery_links r set used_at = now()
    where r.secret_hash = begun.recovery_hash and r.used_at is null and r.expires_at > now();
    if not found then
      perform refuse_recovery_link();
    end if;
  elsif begun.user_id is distinct from relay_create_passkey.by_user then
    raise insufficient_privilege using
      message    = 'somebody else is signed in now',
      constraint = 'passkeys_are_made_for_yourself',
      hint       = 'Sign in again, then try again.';
  end if;
  if owner.id is null then
    select * into owner from users u where u.id = begun.user_id for update; -- so that passkeys made at the same time are counted
  end if;
  if owner.disabled_at is not null then
    perform refuse_disabled_user();
  end if;
  if (select count(*) from passkeys p where p.user_id = owner.id) >= most_of_a_user then
    raise check_violation using
      message    = format('there are %s passkeys already, which is the maximum', most_of_a_user),
      constraint = 'passkeys_are_limited_in_number',
      hint       = 'Remove some that are no longer needed.';
  end if;
  insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, transports, name)
  values (owner.id, relay_create_passkey.credential_id, relay_create_passkey.public_key, begun.user_handle, relay_create_passkey.sign_count,
          relay_create_passkey.transports, relay_create_passkey.name);
  return owner;
end
$$;

comment on function relay_create_passkey(bytea, bigint, bytea, bytea, bigint, text[], text, text, int) is
  'Stores the verified passkey that answers this used challenge: of a new account, of one that is recovered, or of this user. Returns whose it is. For one address only so many accounts in an hour.';
