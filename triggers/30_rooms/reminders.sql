create or replace trigger _050_set_synchronous_commit before insert or update or delete on reminders for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on reminders is 'Commits to this table wait for the disk.';

create or replace function tg_reminders__guard() returns trigger
language plpgsql as $$
begin
  -- With the rights of the user: a room that they may not see does not exist for them.
  perform roomtone.require_open_room(new.room_id);
  if not exists (select from roomtone.rooms r where r.id = new.room_id and r.opened_at is null) then
    raise check_violation using
      message    = 'this room is open already',
      constraint = 'reminders_are_for_scheduled_rooms',
      hint       = 'Join it.';
  end if;
  return new;
end
$$;

comment on function tg_reminders__guard() is 'Refuses reminders for rooms that are not scheduled.';

create or replace trigger _100_guard before insert on reminders
for each row when (pg_trigger_depth() = 0) execute function tg_reminders__guard();
comment on trigger _100_guard on reminders is 'Refuses reminders for rooms that are open or have ended. Those of a series were asked for before.';

create or replace trigger _110_limit before insert on reminders
for each row when (pg_trigger_depth() = 0) execute function tg_limit('reminders_are_limited_in_number', '200', 'user_id');
comment on trigger _110_limit on reminders is 'At most 200 reminders per user.';

create or replace trigger _120_pace before insert on reminders
for each row when (pg_trigger_depth() = 0) execute function tg_pace('reminders_are_rate_limited', '60', '10 minutes');
comment on trigger _120_pace on reminders is 'Rate limit: 60 per user in 10 minutes.';

create or replace trigger _410_notify_user after insert or delete on reminders
for each row execute function tg_notify_user();
comment on trigger _410_notify_user on reminders is 'Notifies relays that the user wants to be reminded of other rooms.';
