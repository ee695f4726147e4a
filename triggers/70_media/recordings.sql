create or replace trigger _050_set_synchronous_commit before insert or update or delete on recordings for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on recordings is 'Commits to this table wait for the disk.';

create or replace function tg_recordings__guard_change() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.ended_at is distinct from old.ended_at then
    if old.ended_at is not null then
      raise check_violation using
        message    = 'this recording has ended',
        constraint = 'recordings_stay_ended',
        hint       = 'Start a new one.';
    end if;
    new.ended_at := clock_timestamp(); -- the time of the change, whatever time the client sent
  end if;
  if new.deleted_at is distinct from old.deleted_at then
    if old.deleted_at is not null then
      raise check_violation using
        message    = 'this recording has been deleted',
        constraint = 'recordings_stay_deleted',
        hint       = 'It cannot be restored.';
    end if;
    if acting_user() is distinct from old.started_by and not acting_as_operator()
       and not is_host(old.room_id) then
      raise insufficient_privilege using
        message    = 'only who started a recording, or the room''s host, may delete it',
        constraint = 'recordings_are_deleted_by_their_host',
        hint       = 'Ask the host.';
    end if;
    new.deleted_at := clock_timestamp();
    new.ended_at := coalesce(old.ended_at, new.deleted_at);
  end if;
  return new;
end
$$;

comment on function tg_recordings__guard_change() is 'An ended recording cannot be changed to run again, nor a deleted one restored. Only who started it, or the room''s host, deletes it.';

create or replace trigger _100_guard_change before update of ended_at, deleted_at on recordings
for each row execute function tg_recordings__guard_change();
comment on trigger _100_guard_change on recordings is 'Decides who ends and deletes a recording.';

create or replace function tg_recordings__guard_start() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room rooms;
begin
  new.file := recording_file_prefix() || '-' || gen_random_uuid() || '.ogg';
  if new.continues_id is not null then
    return new; -- the database continues a recording that was announced
  end if;
  -- Locked, so that the room does not end or become a mesh now, and two users cannot start a recording at the same time.
  select * into room from rooms r where r.id = new.room_id for no key update;
  perform require_open_room(new.room_id);
  if acting_user() is distinct from room.host_id and not acting_as_operator() then
    raise insufficient_privilege using
      message    = 'only the room''s host starts a recording',
      constraint = 'recordings_are_started_by_the_host',
      hint       = 'Ask the host.';
  end if;
  if room.encrypted then
    raise check_violation using
      message    = 'an encrypted room cannot be recorded: no node can hear its audio',
      constraint = 'recordings_encrypted_room_is_private',
      hint       = 'Start a room without encryption to record it.';
  end if;
  if not acting_as_operator() then
    perform require_seat(new.room_id);
  end if;
  if room.topology = 'mesh' then
    raise check_violation using
      message    = 'a mesh cannot be recorded, because no node receives all audio',
      constraint = 'recordings_need_a_node',
      hint       = 'Move the room to a node first: set its topology to sfu or mcu.';
  end if;
  select a.node_id into new.node_id from assignments a where a.room_id = new.room_id and a.serves = 'stage';
  if not found then
    raise check_violation using
      message    = 'no node hosts this room at the moment, so none can record it',
      constraint = 'recordings_need_a_node',
      hint       = 'Try again in some seconds.';
  end if;
  if exists (select from recordings r where r.room_id = new.room_id and r.ended_at is null) then
    raise check_violation using
      message    = 'this room is being recorded already',
      constraint = 'recordings_one_at_a_time',
      hint       = 'Stop the running recording first.';
  end if;
  new.started_by := coalesce(acting_user(), new.started_by, room.host_id);
  new.announced_at := clock_timestamp();
  new.begins_at := new.announced_at + interval '5 seconds';
  return new;
end
$$;

comment on function tg_recordings__guard_start() is
  'Only the host, from the room, starts a recording, and only while a node hosts the room and no other recording runs. It begins five seconds after it is announced.';

create or replace trigger _110_guard_start before insert on recordings
for each row execute function tg_recordings__guard_start();
comment on trigger _110_guard_start on recordings is 'Decides whether a recording may start.';

create or replace trigger _120_limit before insert on recordings
for each row execute function tg_limit('recordings_are_limited_in_number', '500', 'started_by', 't.deleted_at is null');
comment on trigger _120_limit on recordings is 'At most 500 recordings per user.';

create or replace trigger _130_pace before insert on recordings
for each row execute function tg_pace('recordings_are_rate_limited', '20', '1 hour');
comment on trigger _130_pace on recordings is 'Rate limit: 20 per user in 1 hour.';

create or replace function tg_recordings__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform pg_notify('roomtone', json_build_object('recording', old.id)::text);
  return null;
end
$$;

comment on function tg_recordings__notify() is 'NOTIFY roomtone with {"recording": id}, for the relays that keep the files.';

create or replace trigger _400_notify after update of deleted_at on recordings
for each row when (new.deleted_at is not null) execute function tg_recordings__notify();
comment on trigger _400_notify on recordings is 'Relays remove the file of a deleted recording at once.';

create or replace trigger _410_notify_deleted after delete on recordings
for each row execute function tg_recordings__notify();
comment on trigger _410_notify_deleted on recordings is 'Relays remove the file when the row is deleted.';

create or replace function tg_recordings__remember_file() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into deleted_recordings (file, of_original) values (old.file, old.of_original) on conflict do nothing;
  return null;
end
$$;

comment on function tg_recordings__remember_file() is 'Stores that the file of a deleted row is to be removed.';

create or replace trigger _300_remember_file after delete on recordings
for each row execute function tg_recordings__remember_file();
comment on trigger _300_remember_file on recordings is 'A file goes because its row was deleted, never because there is none.';

create or replace function tg_recordings__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(case tg_op when 'DELETE' then old.room_id else new.room_id end, 'recordings', tg_op,
    case when tg_op <> 'DELETE' then recording_record(new) end,
    case when tg_op <> 'INSERT' then recording_record(old) end);
  if tg_op = 'INSERT' then
    -- With the lock on the log: participants who joined before are seen here; those who join later see the recording.
    insert into recorded_seats (recording_id, user_id)
    select new.id, p.user_id from participants p
    where p.room_id = new.room_id and p.peer_id is not null and p.kind in ('person', 'bot')
    on conflict do nothing;
  end if;
  return null;
end
$$;

comment on function tg_recordings__log() is 'Logs changes of a recording for all participants, and stores who was in the room when it was announced.';

drop trigger if exists _500_log on recordings;
create constraint trigger _500_log after insert or delete on recordings
deferrable initially deferred for each row execute function tg_recordings__log();
comment on trigger _500_log on recordings is 'At commit, logs that the room is recorded, for all participants.';

drop trigger if exists _510_log_change on recordings;
create constraint trigger _510_log_change after update on recordings
deferrable initially deferred for each row
when ((new.begins_at, new.started_at, new.ended_at, new.duration, new.failure, new.deleted_at)
      is distinct from (old.begins_at, old.started_at, old.ended_at, old.duration, old.failure, old.deleted_at))
execute function tg_recordings__log();
comment on trigger _510_log_change on recordings is 'At commit, logs the changes that participants may see; not which node writes the file.';
