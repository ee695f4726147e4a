create or replace function tg_reminders__guard() returns trigger
language plpgsql as $$
begin
  -- With the rights of whoever asks, so a room they may not know of is none.
  perform require_open_room(new.room_id);
  if not exists (select from rooms r where r.id = new.room_id and r.opened_at is null) then
    raise check_violation using
      message    = format('room %s is open already', new.room_id),
      constraint = 'reminders_are_for_scheduled_rooms',
      hint       = 'Just walk in.';
  end if;
  return new;
end
$$;

comment on function tg_reminders__guard() is 'One is reminded only of what is still to come.';

create or replace trigger _100_guard before insert on reminders
for each row execute function tg_reminders__guard();
comment on trigger _100_guard on reminders is 'Refuses reminders of rooms that are open, or over.';

create or replace trigger _110_limit before insert on reminders
for each row execute function tg_limit('reminders_are_bounded', '200', 'user_id');
comment on trigger _110_limit on reminders is '200 reminders of one user at once.';

create or replace trigger _120_pace before insert on reminders
for each row execute function tg_pace('reminders_come_slowly', '60', '10 minutes');
comment on trigger _120_pace on reminders is '60 of one user in 10 minutes.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on reminders for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on reminders is 'What is acknowledged here survives a crash.';
