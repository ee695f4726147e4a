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
    new.ended_at := clock_timestamp(); -- it ends when it is ended, whatever time was sent along
  end if;
  if new.deleted_at is distinct from old.deleted_at then
    if old.deleted_at is not null then
      raise check_violation using
        message    = 'this recording has been deleted',
        constraint = 'recordings_stay_deleted';
    end if;
    if acting_user() is distinct from old.started_by and not acting_as_operator()
       and not exists (select from rooms r where r.id = old.room_id and r.host_id = acting_user()) then
      raise insufficient_privilege using
        message    = 'a recording is deleted by who made it, or by the room''s host',
        constraint = 'recordings_are_deleted_by_their_host',
        hint       = 'Ask them.';
    end if;
    new.deleted_at := clock_timestamp();
    new.ended_at := coalesce(old.ended_at, new.deleted_at);
  end if;
  return new;
end
$$;

comment on function tg_recordings__guard_change() is 'A recording that ended stays so, and so does one that was deleted, by who made it or the room''s host.';

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
    return new; -- the database goes on with one that everybody knows of
  end if;
  -- The room neither ends nor becomes a mesh meanwhile, and two who start at once do so one after the other.
  select * into room from rooms r where r.id = new.room_id for no key update;
  perform require_open_room(new.room_id);
  if acting_user() is distinct from room.host_id and not acting_as_operator() then
    raise insufficient_privilege using
      message    = 'a recording is started by the room''s host',
      constraint = 'recordings_are_started_by_the_host',
      hint       = 'Ask them.';
  end if;
  if not acting_as_operator() then
    perform require_seat(new.room_id);
  end if;
  if room.topology = 'mesh' then
    raise check_violation using
      message    = 'in a mesh everybody hears each other directly, and there is no place where the whole conversation comes together',
      constraint = 'recordings_need_a_node',
      hint       = 'Let a node carry the room first: it hears everybody, and can write it down.';
  end if;
  select a.node_id into new.node_id from assignments a where a.room_id = new.room_id;
  if not found then
    raise check_violation using
      message    = 'no node carries this room just now, so there is nobody who could record it',
      constraint = 'recordings_need_a_node',
      hint       = 'Try again in a moment.';
  end if;
  if exists (select from recordings r where r.room_id = new.room_id and r.ended_at is null) then
    raise check_violation using
      message    = 'this room is being recorded already',
      constraint = 'recordings_one_at_a_time';
  end if;
  new.started_by := coalesce(acting_user(), new.started_by, room.host_id);
  new.announced_at := clock_timestamp();
  new.begins_at := new.announced_at + interval '5 seconds';
  return new;
end
$$;

comment on function tg_recordings__guard_start() is
  'Who may record which room: its host, who sits in it, while a node carries it, once at a time; five seconds after it was announced.';

create or replace trigger _110_guard_start before insert on recordings
for each row execute function tg_recordings__guard_start();
comment on trigger _110_guard_start on recordings is 'Decides whether a recording may start.';

create or replace trigger _120_limit before insert on recordings
for each row execute function tg_limit('recordings_are_bounded', '500', 'started_by', 't.deleted_at is null');
comment on trigger _120_limit on recordings is '500 recordings of one user at once.';

create or replace trigger _130_pace before insert on recordings
for each row execute function tg_pace('recordings_come_slowly', '20', '1 hour');
comment on trigger _130_pace on recordings is '20 of one user in 1 hour.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on recordings for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on recordings is 'What is acknowledged here survives a crash.';

create or replace function tg_recordings__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  now_is recordings;
begin
  perform append_event(case tg_op when 'DELETE' then old.room_id else new.room_id end, 'recordings', tg_op,
    case when tg_op <> 'DELETE' then recording_record(new) end,
    case when tg_op <> 'INSERT' then recording_record(old) end);
  if tg_op = 'INSERT' then
    -- Under the log's lock: whoever joined before is seen here, whoever joins later will see the recording.
    insert into recorded_seats (recording_id, user_id)
    select new.id, p.user_id from participants p
    where p.room_id = new.room_id and p.peer_id is not null and p.kind in ('person', 'bot')
    on conflict do nothing;
  end if;
  return null;
end
$$;

comment on function tg_recordings__log() is 'Logs what becomes of a recording for everybody in the room, and notes who is there when it is announced.';

drop trigger if exists _500_log on recordings;
create constraint trigger _500_log after insert or delete on recordings
deferrable initially deferred for each row execute function tg_recordings__log();
comment on trigger _500_log on recordings is 'At commit, everybody in the room learns that it is recorded.';

drop trigger if exists _510_log_change on recordings;
create constraint trigger _510_log_change after update on recordings
deferrable initially deferred for each row
when ((new.begins_at, new.started_at, new.ended_at, new.duration, new.failure, new.deleted_at)
      is distinct from (old.begins_at, old.started_at, old.ended_at, old.duration, old.failure, old.deleted_at))
execute function tg_recordings__log();
comment on trigger _510_log_change on recordings is 'And that it is no longer; which node writes it is not told.';

create or replace function tg_recordings__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform pg_notify('roomtone', json_build_object('recording', old.id)::text);
  return null;
end
$$;

comment on function tg_recordings__notify() is 'Rings the bell: NOTIFY roomtone with {"recording": id}, for whoever keeps the files.';

create or replace trigger _900_notify after update of deleted_at on recordings
for each row when (new.deleted_at is not null) execute function tg_recordings__notify();
comment on trigger _900_notify on recordings is 'The file of a deleted recording goes at once.';

create or replace trigger _910_notify_deleted after delete on recordings
for each row execute function tg_recordings__notify();
comment on trigger _910_notify_deleted on recordings is 'The file goes with its row.';
