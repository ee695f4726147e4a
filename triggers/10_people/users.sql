create or replace trigger _050_set_synchronous_commit before insert or update or delete on users for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on users is 'Commits to this table wait for the disk.';

create or replace trigger _100_guard_name before insert or update of username on users
for each row execute function tg_guard_name('username', '40', 'a name');
comment on trigger _100_guard_name on users is 'Stores the name in NFC, or refuses it.';

create or replace trigger _110_guard_text before insert or update of bio on users
for each row execute function tg_guard_text('bio');
comment on trigger _110_guard_text on users is 'Refuses control characters in the bio.';

create or replace function tg_users__end_earlier_tokens() returns trigger
language plpgsql as $$
begin
  new.tokens_ended_at := clock_timestamp(); -- this row is locked now, so every sign-in by its name has ended or waits
  if new.moderator_by_claim then
    new.site_moderator := false;
    new.moderator_by_claim := false;
  end if;
  return new;
end
$$;

comment on function tg_users__end_earlier_tokens() is
  'For a user who gets another issuer or subject: tokens that were issued earlier are refused, and what a claim of the earlier issuer allowed ends.';

create or replace trigger _300_end_earlier_tokens before update of issuer, subject on users
for each row when ((old.issuer, old.subject) is distinct from (new.issuer, new.subject)) execute function tg_users__end_earlier_tokens();
comment on trigger _300_end_earlier_tokens on users is 'Another issuer or subject ends the earlier tokens of the user.';

create or replace function tg_users__keep_operators_moderators() returns trigger
language plpgsql as $$
begin
  new.moderator_by_claim := false;
  return new;
end
$$;

comment on function tg_users__keep_operators_moderators() is
  'Who sets site_moderator without moderator_by_claim is the operator, whose setting no claim changes.';

create or replace trigger _310_keep_operators_moderators before update of site_moderator on users
for each row when (old.moderator_by_claim and new.moderator_by_claim) execute function tg_users__keep_operators_moderators();
comment on trigger _310_keep_operators_moderators on users is 'A site moderator set by the operator is not one by a claim.';

create or replace function tg_users__end_sessions() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.tokens_ended_at is distinct from old.tokens_ended_at then
    delete from openid_sessions o where o.user_id = new.id;
    delete from access_tokens a where a.user_id = new.id and a.created_at < new.tokens_ended_at;
  end if;
  delete from participants p where p.user_id = new.id;
  return null;
end
$$;

comment on function tg_users__end_sessions() is
  'A user who is disabled, or whose earlier tokens are refused from now on, leaves every room. In the second case their sessions of an issuer and their access tokens end.';

create or replace trigger _600_end_sessions after update of disabled_at, issuer, subject, tokens_ended_at on users
for each row when ((old.disabled_at is null and new.disabled_at is not null) or new.tokens_ended_at is distinct from old.tokens_ended_at)
execute function tg_users__end_sessions();
comment on trigger _600_end_sessions on users is 'Whose tokens end leaves every room.';

create or replace function tg_users__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform pg_notify('roomtone', json_build_object('disabled', new.id)::text);
  return null;
end
$$;

comment on function tg_users__notify() is 'NOTIFY roomtone with {"disabled": id of the user}, also when only the earlier tokens are refused: relays ask which (user_tokens_ended_at).';

create or replace trigger _900_notify after update of disabled_at, issuer, subject, tokens_ended_at on users
for each row when ((old.disabled_at is null and new.disabled_at is not null) or new.tokens_ended_at is distinct from old.tokens_ended_at)
execute function tg_users__notify();
comment on trigger _900_notify on users is 'Every relay ends the streams of a disabled user, and those with earlier tokens.';
