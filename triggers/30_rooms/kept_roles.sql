-- How long a role is kept is a setting (role_kept) of the relay that deletes the expired seat: relay_reap_seats sets roomtone.role_kept.

create or replace function tg_participants__keep_role() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  kept interval := current_setting('roomtone.role_kept')::interval;
begin
  insert into kept_roles as k (room_id, user_id, role, hand_raised_at, expires_at)
  select r.id, old.user_id, case old.role when 'HOST' then 'MODERATOR' else old.role end, old.hand_raised_at, clock_timestamp() + kept
  from rooms r join users u on u.id = old.user_id
  where r.id = old.room_id and r.ended_at is null and kept > interval '0'
  on conflict on constraint kept_roles_pkey do update
    set role = excluded.role, hand_raised_at = excluded.hand_raised_at, expires_at = excluded.expires_at;
  return null;
end
$$;

comment on function tg_participants__keep_role() is
  'Keeps the role of a participant whose seat expired (for roomtone.role_kept), so that they come back in it.';

create or replace trigger _360_keep_role after delete on participants
for each row when (old.kind in ('person', 'bot') and current_setting('roomtone.leave_reason', true) = 'timeout')
execute function tg_participants__keep_role();
comment on trigger _360_keep_role on participants is 'Keeps the role of a participant who lost the connection.';

create or replace function tg_participants__forget_role() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from kept_roles k where k.room_id = new.room_id and k.user_id = new.user_id;
  return null;
end
$$;

comment on function tg_participants__forget_role() is 'Deletes the kept role of a participant who is back.';

-- At commit, after _500_log has checked again who may join: with a kept role a user may join a locked room.
drop trigger if exists _670_forget_role on participants;
create constraint trigger _670_forget_role after insert on participants
deferrable initially deferred for each row when (new.kind in ('person', 'bot')) execute function tg_participants__forget_role();
comment on trigger _670_forget_role on participants is 'At commit, deletes the kept role of a participant who is back.';
