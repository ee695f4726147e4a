create or replace trigger _050_set_synchronous_commit before insert or update or delete on passkeys for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on passkeys is 'Commits to this table wait for the disk.';

create or replace trigger _105_guard_name before insert or update of name on passkeys
for each row execute function tg_guard_name('name', '60', 'a passkey''s name');
comment on trigger _105_guard_name on passkeys is 'Stores the name in NFC, or refuses it.';

create or replace trigger _110_refuse_disabled_user before insert on passkeys
for each row execute function tg_refuse_disabled_user();
comment on trigger _110_refuse_disabled_user on passkeys is 'A disabled user gets none.';

create or replace function tg_passkeys__keep_last() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- The lock, because two deletions at the same time must not each see the other's passkey. Without the user, they are deleted with them.
  perform from users u where u.id = old.user_id and u.issuer is null for update;
  if found and not acting_as_operator() and not exists (select from passkeys p where p.user_id = old.user_id and p.id <> old.id) then
    raise check_violation using
      message    = 'this is your last passkey, and without it you could not sign in',
      constraint = 'passkeys_last_one_stays',
      hint       = 'Add another one first.';
  end if;
  return old;
end
$$;

comment on function tg_passkeys__keep_last() is 'Refuses that users delete their last passkey, unless they sign in at an issuer. The operator may.';

create or replace trigger _100_keep_last before delete on passkeys
for each row execute function tg_passkeys__keep_last();
comment on trigger _100_keep_last on passkeys is 'Users keep a passkey to sign in with.';
