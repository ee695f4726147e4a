create or replace trigger _050_set_asynchronous_commit before insert or update or delete on speakers for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on speakers is 'Commits of who speaks do not wait for the disk.';

create or replace function tg_speakers__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(new.room_id, 'speakers', 'INSERT', jsonb_build_object('room_id', new.room_id, 'users', new.users), null);
  return null;
end
$$;

comment on function tg_speakers__log() is 'Logs who speaks, for all participants. Each event has all who do, so a reader needs only the newest.';

drop trigger if exists _500_log on speakers;
create constraint trigger _500_log after insert or update on speakers
deferrable initially deferred for each row execute function tg_speakers__log();
comment on trigger _500_log on speakers is 'At commit, logs who speaks.';
