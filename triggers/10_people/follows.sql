create or replace trigger _050_set_synchronous_commit before insert or update or delete on follows for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on follows is 'Commits to this table wait for the disk.';

create or replace function tg_follows__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform lock_pair(new.user_id, new.followed_id);
  if new.user_id = new.followed_id then
    raise check_violation using
      message    = 'you cannot follow yourself',
      constraint = 'follows_not_yourself',
      hint       = 'Choose another user.';
  elsif exists (select from blocks b where b.user_id = new.user_id and b.blocked_id = new.followed_id) then
    raise check_violation using
      message    = 'you blocked this user',
      constraint = 'follows_not_whom_you_blocked',
      hint       = 'Unblock them first.';
  -- One refusal for all of these, so that it does not tell of a block.
  elsif not exists (select from users u where u.id = new.followed_id and u.kind in ('person', 'bot') and u.disabled_at is null)
     or exists (select from blocks b where b.user_id = new.followed_id and b.blocked_id = new.user_id) then
    raise check_violation using
      message    = 'this user cannot be followed',
      constraint = 'follows_user_can_be_followed',
      hint       = 'Follow another user.';
  end if;
  return new;
end
$$;

comment on function tg_follows__guard() is
  'Refuses to follow oneself, a user whom one has blocked, and users who cannot be followed: media nodes, disabled users, and those who blocked the acting user, all with the same rule.';

create or replace trigger _100_guard before insert on follows
for each row execute function tg_follows__guard();
comment on trigger _100_guard on follows is 'Refuses users who cannot be followed.';

create or replace trigger _110_limit before insert on follows
for each row execute function tg_limit('follows_are_limited_in_number', '2000', 'user_id');
comment on trigger _110_limit on follows is 'At most 2,000 followed users per user.';

create or replace trigger _120_pace before insert on follows
for each row execute function tg_pace('follows_are_rate_limited', '200', '10 minutes');
comment on trigger _120_pace on follows is 'Rate limit: 200 per user in 10 minutes.';

create or replace trigger _410_notify_user after insert or delete on follows
for each row execute function tg_notify_user();
comment on trigger _410_notify_user on follows is 'Notifies relays that the user follows other people.';
