create or replace trigger _050_set_synchronous_commit before insert or update or delete on bans for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on bans is 'Commits to this table wait for the disk.';

create or replace trigger _110_limit before insert on bans
for each row execute function tg_limit('bans_are_limited_in_number', '5000', 'room_id');
comment on trigger _110_limit on bans is 'At most 5,000 bans per room.';

create or replace trigger _120_pace before insert on bans
for each row execute function tg_pace('bans_are_rate_limited', '100', '10 minutes');
comment on trigger _120_pace on bans is 'Rate limit: 100 per user in 10 minutes.';

create or replace function tg_bans__uninvite() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from guests g where g.room_id = new.room_id and g.user_id = new.user_id;
  delete from invitations i where i.room_id = new.room_id and i.invited_user = new.user_id and i.uses = 0;
  return null;
end
$$;

comment on function tg_bans__uninvite() is 'Deletes a banned user''s permission to join as a guest, and invitations for them.';

create or replace trigger _310_uninvite after insert on bans
for each row execute function tg_bans__uninvite();
comment on trigger _310_uninvite on bans is 'Deletes what allows the banned user to join.';

create or replace function tg_bans__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform withdraw_invitations(new.room_id, new.user_id);
  return null;
end
$$;

comment on function tg_bans__withdraw() is 'Deletes the invitations that a banned user made, also if they had left before.';

create or replace trigger _320_withdraw after insert on bans
for each row execute function tg_bans__withdraw();
comment on trigger _320_withdraw on bans is 'Deletes the invitations that the banned user made.';
