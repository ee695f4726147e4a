create or replace function create_recovery_link(username text, lasts interval default '1 hour') returns text
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  found_id constant bigint := require_user(create_recovery_link.username);
  secret constant text := new_code();
begin
  delete from recovery_links r where r.user_id = found_id and r.used_at is null;
  insert into recovery_links (secret_hash, user_id, expires_at)
  values (sha256(convert_to(secret, 'UTF8')), found_id, now() + create_recovery_link.lasts);
  return secret;
end
$$;

comment on function create_recovery_link(text, interval) is
  'The operator: a secret by which this user makes a new passkey, once. Earlier unused ones no longer count. `roomtone recover` puts it into a link.';
