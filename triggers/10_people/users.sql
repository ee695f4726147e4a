create or replace trigger _050_set_synchronous_commit before insert or update or delete on users for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on users is 'Commits to this table wait for the disk.';

create or replace trigger _100_guard_name before insert or update of username on users
for each row execute function tg_guard_name('username');
comment on trigger _100_guard_name on users is 'Stores the name in NFC, or refuses it.';

create or replace trigger _110_guard_text before insert or update of bio on users
for each row execute function tg_guard_text('bio');
comment on trigger _110_guard_text on users is 'Refuses control characters in the bio.';

create or replace function tg_users__leave_rooms() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from participants p where p.user_id = new.id;
  return null;
end
$$;

comment on function tg_users__leave_rooms() is 'A user who is disabled leaves every room.';

create or replace trigger _600_leave_rooms after update of disabled_at on users
for each row when (old.disabled_at is null and new.disabled_at is not null) execute function tg_users__leave_rooms();
comment on trigger _600_leave_rooms on users is 'A disabled user leaves every room.';

create or replace function tg_users__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform pg_notify('roomtone', json_build_object('disabled', new.id)::text);
  return null;
end
$$;

comment on function tg_users__notify() is 'NOTIFY roomtone with {"disabled": id of the user}.';

create or replace trigger _900_notify after update of disabled_at on users
for each row when (old.disabled_at is null and new.disabled_at is not null) execute function tg_users__notify();
comment on trigger _900_notify on users is 'Every relay ends the streams of a disabled user.';
