create or replace trigger _050_set_synchronous_commit before insert or update or delete on bans for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on bans is 'Commits to this table wait for the disk.';

create or replace trigger _110_limit before insert on bans
for each row execute function tg_limit('bans_are_limited_in_number', '5000', 'room_id');
comment on trigger _110_limit on bans is 'At most 5,000 bans per room.';

create or replace trigger _120_pace before insert on bans
for each row execute function tg_pace('bans_are_rate_limited', '100', '10 minutes');
comment on trigger _120_pace on bans is 'Rate limit: 100 per user in 10 minutes.';

create or replace function tg_bans__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from guests g where g.room_id = new.room_id and g.user_id = new.user_id;
  delete from invitations i where i.room_id = new.room_id and i.invited_user = new.user_id and i.uses = 0;
  perform withdraw_invitations(new.room_id, new.user_id); -- also if they had left before
  return null;
end
$$;

comment on function tg_bans__withdraw() is
  'Deletes what allows a banned user to join (their permission as a guest, and invitations for them), and the invitations that they made.';

create or replace trigger _310_withdraw after insert on bans
for each row execute function tg_bans__withdraw();
comment on trigger _310_withdraw on bans is 'Deletes the invitations for and by the banned user.';
