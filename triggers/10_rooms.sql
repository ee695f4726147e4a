create or replace function tg_rooms__guard() returns trigger
language plpgsql as $$
begin
  if old.ended_at is not null then
    raise check_violation using
      message    = format('room %s has ended, and an ended room stays as it was', old.id),
      constraint = 'rooms_stay_ended',
      hint       = 'Start a new one.';
  end if;
  if new.ended_at is not null then
    new.ended_at := now(); -- a room ends when it is ended, whatever time was sent along
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard() is 'An ended room never changes again, and ends at the moment it is ended.';

create or replace trigger _100_guard before update on rooms
for each row execute function tg_rooms__guard();

comment on trigger _100_guard on rooms is 'Refuses changes to an ended room.';

create or replace function tg_rooms__guard_club() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if exists (select from clubs c where c.id = new.club_id)
     and not exists (select from members m where m.club_id = new.club_id and m.user_id = new.host_id) then
    raise insufficient_privilege using
      message    = 'only members start a room in a club',
      constraint = 'rooms_club_is_yours',
      hint       = 'Ask one of its owners or admins to let you in, or start the room without a club.';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_club() is 'A room in a club is hosted by one of its members.';

create or replace trigger _100_guard_club before insert or update of club_id on rooms
for each row when (new.club_id is not null) execute function tg_rooms__guard_club();

comment on trigger _100_guard_club on rooms is 'Refuses rooms in clubs that are not the host''s.';

create or replace function tg_rooms__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room_id bigint := case tg_op when 'DELETE' then old.id else new.id end;
begin
  if tg_op = 'UPDATE' and new.ended_at is not null and old.ended_at is null then
    -- Under the log's lock: whoever joined before is shown out here, whoever joins later will see the end.
    -- Before the append, so that these goings are logged before its bell rings, and one bell tells all.
    perform from logs l where l.room_id = new.id for update;
    delete from participants p where p.room_id = new.id;
  end if;
  perform append_event(room_id, 'rooms', tg_op,
    case when tg_op <> 'DELETE' then to_jsonb(new) || named_parts(new) end,
    case when tg_op <> 'INSERT' then to_jsonb(old) end,
    changes_hallway => true);
  return null;
end
$$;

comment on function tg_rooms__log() is 'Logs the room''s change; when it ended, everyone leaves.';

create or replace function named_parts(room rooms) returns jsonb
language sql stable
return jsonb_build_object(
  'club', (select c.name from clubs c where c.id = room.club_id),
  'host', (select u.username from users u where u.id = room.host_id));

comment on function named_parts(rooms) is 'The names behind a room''s ids, for its record in the log.';

drop trigger if exists _500_log on rooms;
create constraint trigger _500_log after insert or update or delete on rooms
deferrable initially deferred for each row execute function tg_rooms__log();

comment on trigger _500_log on rooms is 'At commit, the change goes into the room''s log.';
