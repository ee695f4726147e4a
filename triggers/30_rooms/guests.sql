create or replace trigger _050_set_synchronous_commit before insert or update or delete on guests for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on guests is 'Commits to this table wait for the disk.';

create or replace function tg_guests__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(case tg_op when 'DELETE' then old.room_id else new.room_id end, 'guests', tg_op,
    case when tg_op = 'INSERT' then guest_record(new) end,
    case when tg_op = 'DELETE' then guest_record(old) end,
    changes_hallway => true);
  return null;
end
$$;

comment on function tg_guests__log() is 'Logs that a user became a guest, or is no longer one.';

drop trigger if exists _500_log on guests;
create constraint trigger _500_log after insert or delete on guests
deferrable initially deferred for each row execute function tg_guests__log();
comment on trigger _500_log on guests is 'At commit, logs the change.';
