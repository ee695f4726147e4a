create or replace trigger _050_set_synchronous_commit before insert or update or delete on access_tokens for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on access_tokens is 'Commits to this table wait for the disk.';

create or replace trigger _100_guard_name before insert or update of name on access_tokens
for each row execute function tg_guard_name('name', '60', 'a token''s name');
comment on trigger _100_guard_name on access_tokens is 'Stores the name in NFC, or refuses it.';

create or replace trigger _110_refuse_disabled_user before insert on access_tokens
for each row execute function tg_refuse_disabled_user();
comment on trigger _110_refuse_disabled_user on access_tokens is 'A disabled user gets none.';

create or replace function tg_access_tokens__revoke() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into revoked_tokens (jti, expires_at) values (old.jti, old.expires_at) on conflict do nothing;
  return null;
end
$$;

comment on function tg_access_tokens__revoke() is 'A token whose row is deleted no longer counts, and streams with it end.';

create or replace trigger _600_revoke after delete on access_tokens
for each row when (old.expires_at > now()) execute function tg_access_tokens__revoke();
comment on trigger _600_revoke on access_tokens is 'Revokes the token of a deleted row, unless it has expired.';
