create or replace function relay_begin_passkey_sign_in(address text) returns bytea
language sql security definer set search_path = roomtone, pg_temp
return (begin_passkey_challenge(relay_begin_passkey_sign_in.address)).challenge;

comment on function relay_begin_passkey_sign_in(text) is 'A challenge to sign in with a passkey.';
