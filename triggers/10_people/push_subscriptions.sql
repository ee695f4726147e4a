create or replace trigger _050_set_synchronous_commit before insert or update or delete on push_subscriptions for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on push_subscriptions is 'Commits to this table wait for the disk.';

create or replace function tg_push_subscriptions__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  claims jsonb := nullif(current_setting('request.jwt.claims', true), '');
begin
  new.jti := claims ->> 'jti';
  new.expires_at := to_timestamp((claims ->> 'exp')::float8);
  -- Who shows the keys of this endpoint has the browser, and takes it over from whoever was signed in there before.
  delete from push_subscriptions s where s.endpoint = new.endpoint and (s.p256dh, s.auth) = (new.p256dh, new.auth);
  if exists (select from push_subscriptions s where s.endpoint = new.endpoint) then
    raise unique_violation using
      message    = 'this address is subscribed already, with other keys',
      constraint = 'push_subscriptions_endpoint_is_unique',
      hint       = 'Unsubscribe the browser, and subscribe it again.';
  end if;
  return new;
end
$$;

comment on function tg_push_subscriptions__guard() is
  'A browser that is subscribed again replaces its earlier row, also that of another user. Refuses an endpoint with other keys than the known ones. Notes the token of the session, and when it expires.';

create or replace trigger _100_guard before insert on push_subscriptions
for each row execute function tg_push_subscriptions__guard();
comment on trigger _100_guard on push_subscriptions is 'A browser belongs to the user who subscribed it last.';

create or replace trigger _110_refuse_disabled_user before insert on push_subscriptions
for each row execute function tg_refuse_disabled_user();
comment on trigger _110_refuse_disabled_user on push_subscriptions is 'A disabled user gets none.';

create or replace trigger _120_limit before insert on push_subscriptions
for each row execute function tg_limit('push_subscriptions_are_limited_in_number', '20', 'user_id');
comment on trigger _120_limit on push_subscriptions is 'At most 20 browsers per user.';

create or replace trigger _130_pace before insert on push_subscriptions
for each row execute function tg_pace('push_subscriptions_are_rate_limited', '30', '10 minutes');
comment on trigger _130_pace on push_subscriptions is 'Rate limit: 30 per user in 10 minutes.';

create or replace function tg_revoked_tokens__end_pushes() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from push_subscriptions s where s.jti = new.jti;
  return null;
end
$$;

comment on function tg_revoked_tokens__end_pushes() is 'Who signs out gets no more notifications in that browser.';

create or replace trigger _310_end_pushes after insert on revoked_tokens
for each row execute function tg_revoked_tokens__end_pushes();
comment on trigger _310_end_pushes on revoked_tokens is 'Ends the subscription of the browser that signs out.';

create or replace function tg_users__end_pushes() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from push_subscriptions s where s.user_id = new.id;
  return null;
end
$$;

comment on function tg_users__end_pushes() is 'A user who is disabled, or whose earlier tokens are refused from now on, gets no more notifications in any browser.';

create or replace trigger _610_end_pushes after update of disabled_at, issuer, subject, tokens_ended_at on users
for each row when ((old.disabled_at is null and new.disabled_at is not null) or new.tokens_ended_at is distinct from old.tokens_ended_at)
execute function tg_users__end_pushes();
comment on trigger _610_end_pushes on users is 'Whose tokens end has no subscribed browser.';

create or replace function tg_secrets__end_pushes() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from push_subscriptions s where s.id is not null;
  return null;
end
$$;

comment on function tg_secrets__end_pushes() is
  'Push services refuse what a new key sends to browsers that subscribed with an older one. So those are forgotten, and each page subscribes again.';

create or replace trigger _610_end_pushes after insert or update on secrets
for each row when (new.name = 'push') execute function tg_secrets__end_pushes();
comment on trigger _610_end_pushes on secrets is 'With a new key for push services all subscriptions end.';
