create or replace trigger _050_set_synchronous_commit before insert or update or delete on blocks for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on blocks is 'Commits to this table wait for the disk.';

create or replace trigger _100_limit before insert on blocks
for each row execute function tg_limit('blocks_are_limited_in_number', '2000', 'user_id');
comment on trigger _100_limit on blocks is 'At most 2,000 blocks per user.';

create or replace trigger _110_pace before insert on blocks
for each row execute function tg_pace('blocks_are_rate_limited', '100', '10 minutes');
comment on trigger _110_pace on blocks is 'Rate limit: 100 per user in 10 minutes.';

create or replace function tg_blocks__end_follows() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform lock_pair(new.user_id, new.blocked_id);
  delete from follows f where (f.user_id, f.followed_id) in ((new.user_id, new.blocked_id), (new.blocked_id, new.user_id));
  return null;
end
$$;

comment on function tg_blocks__end_follows() is 'Neither of two users follows the other after one has blocked the other.';

create or replace trigger _300_end_follows after insert on blocks
for each row execute function tg_blocks__end_follows();
comment on trigger _300_end_follows on blocks is 'Ends following between the two, both ways.';
