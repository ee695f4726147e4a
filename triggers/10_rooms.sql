create or replace function tg_rooms__guard_start() returns trigger
language plpgsql as $$
begin
  if new.starts_at is null then
    new.opened_at := coalesce(new.opened_at, new.created_at);
  elsif new.starts_at <= now() then
    new.opened_at := coalesce(new.opened_at, now());
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_start() is 'A room opens at once, unless it is scheduled for later.';

create or replace trigger _100_guard_start before insert on rooms
for each row execute function tg_rooms__guard_start();

comment on trigger _100_guard_start on rooms is 'Decides whether it is open from the start.';

create or replace function tg_rooms__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  for_moderators constant text[] := '{locked, slow_mode, pinned_link}';
begin
  if old.ended_at is not null then
    raise check_violation using
      message    = format('room %s has ended, and an ended room stays as it was', old.id),
      constraint = 'rooms_stay_ended',
      hint       = 'Start a new one.';
  end if;
  if acting_user() is distinct from old.host_id and not acting_as_operator() and to_jsonb(new) - for_moderators <> to_jsonb(old) - for_moderators then
    raise insufficient_privilege using
      message    = 'only its host changes this about a room',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Moderators lock it, pin a link and slow the chat.';
  end if;
  if new.ended_at is not null then
    new.ended_at := now(); -- a room ends when it is ended, whatever time was sent along
  end if;
  if old.opened_at is not null then
    if new.opened_at is distinct from old.opened_at or new.starts_at is distinct from old.starts_at then
      raise check_violation using
        message    = format('room %s has opened, and is not scheduled any more', old.id),
        constraint = 'rooms_stay_open',
        hint       = 'It can end; another can be scheduled.';
    end if;
  elsif new.opened_at is not null or new.starts_at is null or new.starts_at <= now() then
    new.opened_at := now();
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard() is
  'Who changes what about a room: its host everything, moderators what keeps order. An ended room never changes again, an opened one never closes but by ending, and both happen when they are done.';

create or replace trigger _100_guard before update on rooms
for each row execute function tg_rooms__guard();

comment on trigger _100_guard on rooms is 'Decides what may change about a room.';

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

create or replace function tg_rooms__lower_hands() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update participants p set hand_raised_at = null where p.room_id = new.id and p.hand_raised_at is not null;
  return null;
end
$$;

comment on function tg_rooms__lower_hands() is 'Where the stage is open nobody has to raise a hand, so those that were up come down.';

create or replace trigger _300_lower_hands after update of stage on rooms
for each row when (old.stage <> 'open' and new.stage = 'open') execute function tg_rooms__lower_hands();

comment on trigger _300_lower_hands on rooms is 'When the stage opens, hands come down.';

create or replace function tg_rooms__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room_id bigint := case tg_op when 'DELETE' then old.id else new.id end;
begin
  if tg_op = 'UPDATE' and new.ended_at is not null and old.ended_at is null then
    -- Under the log's lock: whoever joined before is shown out here, whoever joins later will see the end.
    -- Before the append, so that these goings are logged before its bell rings, and one bell tells all.
    -- The seats before the log, in the order of everybody else: they change a seat and take the log at commit.
    perform from participants p where p.room_id = new.id order by p.user_id for update;
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
