create or replace trigger _050_set_synchronous_commit before insert or update or delete on openid_sessions for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on openid_sessions is 'Commits to this table wait for the disk.';

create or replace function tg_openid_sessions__end_moderator() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update users u set site_moderator = false, moderator_by_claim = false
  where u.id = old.user_id and u.moderator_by_claim
    and not exists (select from openid_sessions o where o.user_id = old.user_id and o.expires_at > now());
  return null;
end
$$;

comment on function tg_openid_sessions__end_moderator() is
  'Whom a claim of the issuer made a site moderator is one until their last session ends.';

create or replace trigger _600_end_moderator after delete on openid_sessions
for each row execute function tg_openid_sessions__end_moderator();
comment on trigger _600_end_moderator on openid_sessions is 'The last session of a user ends what a claim allowed.';
