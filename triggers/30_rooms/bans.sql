create or replace trigger _110_limit before insert on bans
for each row execute function tg_limit('bans_are_bounded', '5000', 'room_id');
comment on trigger _110_limit on bans is '5000 bans from one room at once.';

create or replace trigger _120_pace before insert on bans
for each row execute function tg_pace('bans_come_slowly', '100', '10 minutes');
comment on trigger _120_pace on bans is '100 of one user in 10 minutes.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on bans for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on bans is 'What is acknowledged here survives a crash.';

create or replace function tg_bans__uninvite() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from guests g where g.room_id = new.room_id and g.user_id = new.user_id;
  delete from invitations i where i.room_id = new.room_id and i.invited_user = new.user_id and i.uses = 0;
  return null;
end
$$;

comment on function tg_bans__uninvite() is 'Whoever is banned is nobody''s guest there, and not invited either.';

create or replace trigger _310_uninvite after insert on bans
for each row execute function tg_bans__uninvite();
comment on trigger _310_uninvite on bans is 'A ban takes back what lets them in.';

create or replace function tg_bans__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform withdraw_invitations(new.room_id, new.user_id);
  return null;
end
$$;

comment on function tg_bans__withdraw() is 'The invitations of somebody who is banned let nobody in, also if they had left before.';

create or replace trigger _320_withdraw after insert on bans
for each row execute function tg_bans__withdraw();
comment on trigger _320_withdraw on bans is 'Whoever is banned has no invitations out.';
