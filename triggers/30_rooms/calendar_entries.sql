create or replace trigger _050_set_synchronous_commit before insert or update or delete on calendar_entries for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on calendar_entries is 'Commits to this table wait for the disk.';

create or replace function tg_rooms__note_in_calendar() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into calendar_entries as e (room_id, series_id) values (new.id, new.id)
  on conflict on constraint calendar_entries_pkey do update set sequence = e.sequence + 1, changed_at = greatest(now(), e.changed_at);
  return null;
end
$$;

comment on function tg_rooms__note_in_calendar() is 'Counts the changes of a planned room that calendars show.';

create or replace trigger _355_note_in_calendar after insert on rooms
for each row when (new.starts_at is not null) execute function tg_rooms__note_in_calendar();
comment on trigger _355_note_in_calendar on rooms is 'A planned room is in calendars.';

create or replace trigger _365_note_in_calendar after update of name, description, club_id, host_id, co_host_ids, starts_at, time_zone, repeats, ended_at on rooms
for each row when (
  new.starts_at is not null
  and (old.name, old.description, old.club_id, old.host_id, old.co_host_ids, old.starts_at, old.time_zone, old.repeats, old.ended_at)
      is distinct from (new.name, new.description, new.club_id, new.host_id, new.co_host_ids, new.starts_at, new.time_zone, new.repeats, new.ended_at))
execute function tg_rooms__note_in_calendar();
comment on trigger _365_note_in_calendar on rooms is 'Calendars learn of changes of a planned room.';
