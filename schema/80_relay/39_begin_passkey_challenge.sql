create or replace function begin_passkey_challenge(
  address text, user_id bigint default null, username text default null, user_handle bytea default null, recovery_hash bytea default null
) returns passkey_challenges
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  most_of_an_address constant int := 200;
  most constant int := 20000;
  begun passkey_challenges;
begin
  -- Anybody may ask for a challenge. So the oldest make room: first those of the same address, then those of all.
  delete from passkey_challenges c where c.challenge in (
    select o.challenge from passkey_challenges o where o.expires_at < now() for update skip locked);
  delete from passkey_challenges c where c.challenge in (
    select o.challenge from passkey_challenges o where o.address = begin_passkey_challenge.address
    order by o.expires_at desc offset most_of_an_address - 1 for update skip locked);
  delete from passkey_challenges c where c.challenge in (
    select o.challenge from passkey_challenges o order by o.expires_at desc offset most - 1 for update skip locked);
  insert into passkey_challenges (challenge, user_id, username, user_handle, recovery_hash, address, expires_at)
  values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), begin_passkey_challenge.user_id,
          begin_passkey_challenge.username, begin_passkey_challenge.user_handle, begin_passkey_challenge.recovery_hash,
          left(begin_passkey_challenge.address, 100), now() + interval '5 minutes')
  returning * into begun;
  return begun;
end
$$;

comment on function begin_passkey_challenge(text, bigint, text, bytea, bytea) is
  'A new challenge. There are at most 200 of an address and 20,000 in all: the oldest are deleted.';
