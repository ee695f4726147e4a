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

create or replace trigger _105_guard_club before insert or update of club_id on rooms
for each row when (new.club_id is not null) execute function tg_rooms__guard_club();
comment on trigger _105_guard_club on rooms is 'Refuses rooms in clubs that are not the host''s.';

-- A room's host is rooms.host_id; the seat called HOST follows it, here.

create or replace function tg_rooms__guard_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  heir users;
begin
  select * into heir from users u where u.id = new.host_id;
  if heir.kind <> 'person' then
    raise check_violation using
      message    = format('%s is not a person, and a room''s host is one', heir.username),
      constraint = 'rooms_host_is_a_person';
  end if;
  if not acting_as_operator() then
    perform from participants p
    where p.room_id = new.id and p.user_id = new.host_id and p.peer_id is not null for no key update;
    if not found then
      raise no_data_found using
        message    = format('%s is not in room %s', heir.username, new.id),
        constraint = 'participants_person_is_here',
        hint       = 'They may just have left. A room is handed to somebody who sits in it.';
    end if;
    if exists (select from participants p where p.room_id = new.id and p.user_id = new.host_id and p.role = 'AUDIENCE') then
      raise check_violation using
        message    = format('%s is in the audience, and nobody comes on stage without their consent', heir.username),
        constraint = 'rooms_host_is_on_stage',
        hint       = 'Invite them to speak first: select invite_to_speak(…). Once they have accepted, hand the room over.';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_host() is 'A room is handed to a person who is on its stage; the operator may name anybody.';

create or replace trigger _110_guard_host before update of host_id on rooms
for each row when (new.host_id is distinct from old.host_id) execute function tg_rooms__guard_host();
comment on trigger _110_guard_host on rooms is 'Decides to whom a room may be handed.';

create or replace trigger _115_guard_link before insert or update of pinned_link on rooms
for each row execute function tg_guard_text('pinned_link');
comment on trigger _115_guard_link on rooms is 'Refuses a link that would change the page around it.';

create or replace trigger _120_guard_name before insert or update of name on rooms
for each row execute function tg_guard_name('name');
comment on trigger _120_guard_name on rooms is 'Composes the name, or refuses it.';

create or replace trigger _130_guard_text before insert or update of ended_reason on rooms
for each row execute function tg_guard_text('ended_reason');
comment on trigger _130_guard_text on rooms is 'Refuses a reason that would change the page around it.';

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

create or replace trigger _135_guard_start before insert on rooms
for each row execute function tg_rooms__guard_start();
comment on trigger _135_guard_start on rooms is 'Decides whether it is open from the start.';

-- What people type is refused in words they can act on. The constraints say the same, to whoever gets past here.

create or replace function tg_rooms__guard_values() returns trigger
language plpgsql as $$
begin
  if new.name !~ '\S' or length(new.name) > 120 or new.name ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a room''s name is one line of 1 to 120 characters',
      constraint = 'rooms_name_is_text';
  end if;
  if new.access = 'club' and new.club_id is null then
    raise check_violation using
      message    = 'a room for members is a club''s room',
      constraint = 'rooms_club_access_needs_a_club',
      hint       = 'Choose a club, or let everybody in, or those you invite.';
  end if;
  if new.starts_at > new.created_at + interval '8784 hours' then
    raise check_violation using
      message    = 'that is more than a year away',
      constraint = 'rooms_start_within_a_year';
  end if;
  if new.ended_reason !~ '\S' or length(new.ended_reason) > 200 or new.ended_reason ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a reason is one line of up to 200 characters',
      constraint = 'rooms_ended_reason_is_a_line';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_values() is 'Says in words what a room may be called, for whom and when it may be, and how it ends.';

create or replace trigger _145_guard_values before insert or update of name, club_id, access, starts_at, ended_reason on rooms
for each row execute function tg_rooms__guard_values();
comment on trigger _145_guard_values on rooms is 'Refuses in words what the constraints would refuse without.';

create or replace trigger _150_limit before insert on rooms
for each row execute function tg_limit('rooms_are_bounded', '20', 'host_id', 't.ended_at is null');
comment on trigger _150_limit on rooms is '20 open and scheduled rooms of one host at once.';

create or replace trigger _155_pace before insert on rooms
for each row execute function tg_pace('rooms_come_slowly', '20', '1 hour');
comment on trigger _155_pace on rooms is '20 of one user in 1 hour.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on rooms for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on rooms is 'What is acknowledged here survives a crash.';

create or replace function tg_rooms__lower_hands() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update participants p set hand_raised_at = null where p.room_id = new.id and p.hand_raised_at is not null;
  return null;
end
$$;

comment on function tg_rooms__lower_hands() is 'Where the stage is open nobody has to raise a hand, so those that were up come down.';

create or replace trigger _320_lower_hands after update of stage on rooms
for each row when (old.stage <> 'open' and new.stage = 'open') execute function tg_rooms__lower_hands();
comment on trigger _320_lower_hands on rooms is 'When the stage opens, hands come down.';

create or replace function tg_rooms__seat_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Whose room it was may come back to it, above all if only their line was lost.
  insert into guests (room_id, user_id) select new.id, old.host_id where new.access <> 'open'
  on conflict do nothing;
  update participants p set role = 'MODERATOR'
  where p.room_id = new.id and p.user_id <> new.host_id and p.role = 'HOST' and p.peer_id is not null;
  delete from participants p where p.room_id = new.id and p.user_id <> new.host_id and p.role = 'HOST';
  update participants p set role = 'HOST' where p.room_id = new.id and p.user_id = new.host_id;
  return null;
end
$$;

comment on function tg_rooms__seat_host() is
  'The new host''s seat becomes the HOST''s; the old host stays as a moderator, or if away gives up the empty seat, and remains welcome.';

create or replace trigger _330_seat_host after update of host_id on rooms
for each row when (new.host_id is distinct from old.host_id) execute function tg_rooms__seat_host();
comment on trigger _330_seat_host on rooms is 'The HOST''s seat follows the room''s host.';

create or replace function tg_rooms__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform withdraw_invitations(new.id, old.host_id);
  return null;
end
$$;

comment on function tg_rooms__withdraw() is 'The invitations of a former host let nobody in, even if they stay to moderate: they may make new ones.';

create or replace trigger _340_withdraw after update of host_id on rooms
for each row when (new.host_id <> old.host_id) execute function tg_rooms__withdraw();
comment on trigger _340_withdraw on rooms is 'A host who hands the room over has no invitations out.';

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
    case when tg_op <> 'DELETE' then to_jsonb(new) || room_names(new.club_id, new.host_id) end,
    case when tg_op <> 'INSERT' then to_jsonb(old) end,
    changes_hallway => true);
  return null;
end
$$;

comment on function tg_rooms__log() is 'Logs the room''s change; when it ended, everyone leaves.';

drop trigger if exists _500_log on rooms;
create constraint trigger _500_log after insert or update or delete on rooms
deferrable initially deferred for each row execute function tg_rooms__log();
comment on trigger _500_log on rooms is 'At commit, the change goes into the room''s log.';
