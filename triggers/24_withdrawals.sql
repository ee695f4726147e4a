-- An invitation to a room is good for as long as its maker may make it. Whoever loses the right to moderate the room (demoted,
-- stepped down, left, timed out, removed, banned, or no longer its host) loses their invitations with it, as owners and
-- admins of a club do; whoever is removed or banned loses them whatever their role was. Guests who came by one stay.

create or replace function withdraw_invitations(room_id bigint, maker bigint) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from invitations i where i.room_id = withdraw_invitations.room_id and i.invited_by = withdraw_invitations.maker;
end;

comment on function withdraw_invitations(bigint, bigint) is 'Takes back what this user has invited to the room: named invitations and links.';

create or replace function tg_participants__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Others who go by themselves leave the friends they asked in by name welcome.
  if old.role = 'MODERATOR' or tg_op = 'UPDATE'
     or (acting_user() is distinct from old.user_id and coalesce(current_setting('roomtone.leave_reason', true), '') <> 'timeout') then
    perform withdraw_invitations(old.room_id, old.user_id);
  end if;
  return null;
end
$$;

comment on function tg_participants__withdraw() is 'The invitations of a moderator who is one no more, and of anybody who was removed, let nobody in.';

create or replace trigger _300_withdraw after delete on participants
for each row execute function tg_participants__withdraw();
comment on trigger _300_withdraw on participants is 'Moderators who leave, and whoever is removed, take their invitations along.';

create or replace trigger _300_withdraw_less after update of role on participants
for each row when (old.role in ('HOST', 'MODERATOR') and new.role not in ('HOST', 'MODERATOR'))
execute function tg_participants__withdraw();
comment on trigger _300_withdraw_less on participants is 'Who moderates no more has no invitations out.';

create or replace function tg_rooms__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform withdraw_invitations(new.id, old.host_id);
  return null;
end
$$;

comment on function tg_rooms__withdraw() is 'The invitations of a former host let nobody in, even if they stay to moderate: they may make new ones.';

create or replace trigger _300_withdraw after update of host_id on rooms
for each row when (new.host_id <> old.host_id) execute function tg_rooms__withdraw();
comment on trigger _300_withdraw on rooms is 'A host who hands the room over has no invitations out.';

create or replace function tg_bans__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform withdraw_invitations(new.room_id, new.user_id);
  return null;
end
$$;

comment on function tg_bans__withdraw() is 'The invitations of somebody who is banned let nobody in, also if they had left before.';

create or replace trigger _300_withdraw after insert on bans
for each row execute function tg_bans__withdraw();
comment on trigger _300_withdraw on bans is 'Whoever is banned has no invitations out.';
