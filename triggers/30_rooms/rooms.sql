create or replace trigger _050_set_synchronous_commit before insert or update or delete on rooms for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on rooms is 'Commits to this table wait for the disk.';

create or replace function tg_rooms__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  -- The database sets roster, and the topology where it chooses that, when a participant of any role joins or leaves.
  for_moderators constant text[] := '{locked, slow_mode, pinned_link, roster}'::text[]
    || case when new.topology_is_auto and old.topology_is_auto then '{topology}'::text[] else '{}' end;
  for_site_moderators constant text[] := for_moderators || '{ended_at, ended_reason}';
  for_co_hosts constant text[] := case when acting_user() = any (old.co_host_ids) then for_moderators
    || case when old.opened_at is null then '{opened_at}'::text[] else '{ended_at, ended_reason}' end
    || case when new.co_host_ids = array_remove(old.co_host_ids, acting_user()) then '{co_host_ids}'::text[] else '{}' end end;
begin
  if new.roster <> old.roster and pg_trigger_depth() < 2 then
    raise check_violation using
      message    = 'the database sets the roster of a room',
      constraint = 'rooms_roster_follows_the_seats',
      hint       = 'It follows from the number of seats and the table roster_sizes.';
  end if;
  if new.club_id is null and not exists (select from clubs c where c.id = old.club_id) and old.club_id is not null then
    if old.access = 'club' then
      new.access := 'invited'; -- nobody is a member of a deleted club
    end if;
    return new;
  end if;
  if old.ended_at is not null then
    raise check_violation using
      message    = 'this room has ended, and can no longer be changed',
      constraint = 'rooms_stay_ended',
      hint       = 'Start a new one.';
  end if;
  if acting_user() is distinct from old.host_id and not acting_as_operator() and to_jsonb(new) - for_moderators <> to_jsonb(old) - for_moderators
     and (to_jsonb(new) - for_site_moderators <> to_jsonb(old) - for_site_moderators or not is_site_moderator())
     and (for_co_hosts is null or to_jsonb(new) - for_co_hosts <> to_jsonb(old) - for_co_hosts) then
    raise insufficient_privilege using
      message    = 'only the host may change this about a room',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Moderators can lock it, pin a link and set slow mode.';
  end if;
  if new.ended_at is not null then
    new.ended_at := now(); -- the time of the change, whatever time the client sent
  end if;
  if old.opened_at is not null then
    if new.opened_at is distinct from old.opened_at or new.starts_at is distinct from old.starts_at then
      raise check_violation using
        message    = 'this room has opened, and can no longer be scheduled',
        constraint = 'rooms_stay_open',
        hint       = 'End it, and schedule another one.';
    end if;
  elsif new.opened_at is not null or new.starts_at is null or new.starts_at <= now() then
    new.opened_at := now();
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard() is
  'Checks who may change what about a room: the host everything, moderators locked, slow_mode and pinned_link, co-hosts also that it opens, its end, and that they are no co-hosts, site moderators also its end. An ended room cannot be changed; an open room stays open until it ends. When its club is deleted, an ended room loses it.';

create or replace trigger _100_guard before update on rooms
for each row execute function tg_rooms__guard();
comment on trigger _100_guard on rooms is 'Checks who may change what about a room.';

create or replace function tg_rooms__guard_club() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if exists (select from clubs c where c.id = new.club_id)
     and not is_member(new.club_id, new.host_id) then
    raise insufficient_privilege using
      message    = 'only members of a club start rooms in it',
      constraint = 'rooms_host_is_a_club_member',
      hint       = 'Ask an owner or admin of the club to add you, or start the room without a club.';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_club() is 'The host of a room in a club must be a member of it.';

create or replace trigger _105_guard_club before insert or update of club_id on rooms
for each row when (new.club_id is not null) execute function tg_rooms__guard_club();
comment on trigger _105_guard_club on rooms is 'Refuses a club of which the host is not a member.';

-- rooms.host_id says who is the host. The role HOST of a seat follows it.

create or replace function tg_rooms__guard_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  new_host users;
begin
  select * into new_host from users u where u.id = new.host_id;
  if new_host.kind <> 'person' then
    raise check_violation using
      message    = format('%s is not a person; only people host rooms', new_host.username),
      constraint = 'rooms_host_is_a_person',
      hint       = 'Hand the room over to a person.';
  end if;
  if not acting_as_operator() then
    perform from participants p
    where p.room_id = new.id and p.user_id = new.host_id and p.peer_id is not null for no key update;
    if not found then
      raise no_data_found using
        message    = format('%s is not in this room', new_host.username),
        constraint = 'participants_person_is_here',
        hint       = 'They may just have left. A room can be handed over only to a participant.';
    end if;
    if exists (select from participants p where p.room_id = new.id and p.user_id = new.host_id and p.role = 'AUDIENCE') then
      raise check_violation using
        message    = format('%s is in the audience, and must first accept to speak', new_host.username),
        constraint = 'rooms_host_is_on_stage',
        hint       = 'Invite them: select invite_to_speak(…). When they have accepted, hand the room over.';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_host() is 'Refuses a new host who is not a person on the room''s stage. An operator may choose any person.';

create or replace trigger _110_guard_host before update of host_id on rooms
for each row when (new.host_id is distinct from old.host_id) execute function tg_rooms__guard_host();
comment on trigger _110_guard_host on rooms is 'Checks who may become the host.';

create or replace trigger _115_guard_link before insert or update of pinned_link on rooms
for each row execute function tg_guard_text('pinned_link');
comment on trigger _115_guard_link on rooms is 'Refuses control characters in the link.';

create or replace trigger _120_guard_name before insert or update of name on rooms
for each row execute function tg_guard_name('name');
comment on trigger _120_guard_name on rooms is 'Stores the name in NFC, or refuses it.';

create or replace trigger _130_guard_text before insert or update of ended_reason on rooms
for each row execute function tg_guard_text('ended_reason');
comment on trigger _130_guard_text on rooms is 'Refuses control characters in the reason.';

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

comment on function tg_rooms__guard_start() is 'Opens a new room at once, unless it is scheduled for later.';

create or replace trigger _135_guard_start before insert on rooms
for each row execute function tg_rooms__guard_start();
comment on trigger _135_guard_start on rooms is 'Sets opened_at, unless the room is scheduled.';

-- Explains what is wrong with values that users type. The constraints check the same rules.

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
      message    = 'a room for club members needs a club',
      constraint = 'rooms_club_access_needs_a_club',
      hint       = 'Choose a club, or set access to open or invited.';
  end if;
  if new.starts_at > new.created_at + interval '8784 hours' or new.starts_at < new.created_at - interval '1 day' then
    raise check_violation using
      message    = 'a room can be scheduled for the future, at most a year ahead',
      constraint = 'rooms_start_within_a_year',
      hint       = 'Leave starts_at out to open the room now.';
  end if;
  if new.ended_reason !~ '\S' or length(new.ended_reason) > 200 or new.ended_reason ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a reason is one line of up to 200 characters',
      constraint = 'rooms_ended_reason_is_a_line';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_values() is 'Checks the values of a room that users type, and explains what is wrong.';

create or replace trigger _145_guard_values before insert or update of name, club_id, access, starts_at, ended_reason on rooms
for each row execute function tg_rooms__guard_values();
comment on trigger _145_guard_values on rooms is 'Refuses values that break the constraints, with an explanation.';

create or replace trigger _150_limit before insert on rooms
for each row when (pg_trigger_depth() = 0) execute function tg_limit('rooms_are_limited_in_number', '20', 'host_id', 't.ended_at is null');
comment on trigger _150_limit on rooms is 'At most 20 open and scheduled rooms per host.';

create or replace trigger _155_pace before insert on rooms
for each row when (pg_trigger_depth() = 0) execute function tg_pace('rooms_are_rate_limited', '20', '1 hour');
comment on trigger _155_pace on rooms is 'Rate limit: 20 per user in 1 hour.';

create or replace function tg_rooms__lower_hands() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update participants p set hand_raised_at = null where p.room_id = new.id and p.hand_raised_at is not null;
  return null;
end
$$;

comment on function tg_rooms__lower_hands() is 'Lowers all hands when the stage becomes open, where everybody may speak.';

create or replace trigger _320_lower_hands after update of stage on rooms
for each row when (old.stage <> 'open' and new.stage = 'open') execute function tg_rooms__lower_hands();
comment on trigger _320_lower_hands on rooms is 'Lowers all hands when the stage becomes open.';

create or replace function tg_rooms__seat_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- The former host may always join again, for example after a lost connection.
  insert into guests (room_id, user_id) select new.id, old.host_id where new.access <> 'open'
  on conflict do nothing;
  update participants p set role = 'MODERATOR'
  where p.room_id = new.id and p.user_id <> new.host_id and p.role = 'HOST' and p.peer_id is not null;
  -- If the host lost the connection, this delete keeps the role MODERATOR for them (_360_keep_role).
  delete from participants p where p.room_id = new.id and p.user_id <> new.host_id and p.role = 'HOST';
  update participants p set role = 'HOST' where p.room_id = new.id and p.user_id = new.host_id;
  return null;
end
$$;

comment on function tg_rooms__seat_host() is
  'Gives the role HOST to the new host''s seat. The former host becomes a moderator; if away, their seat is deleted, and they may join again.';

create or replace trigger _330_seat_host after update of host_id on rooms
for each row when (new.host_id is distinct from old.host_id) execute function tg_rooms__seat_host();
comment on trigger _330_seat_host on rooms is 'Moves the role HOST to the new host''s seat.';

create or replace function tg_rooms__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform withdraw_invitations(new.id, old.host_id);
  return null;
end
$$;

comment on function tg_rooms__withdraw() is 'Deletes the invitations of the former host, also if they stay as a moderator.';

create or replace trigger _340_withdraw after update of host_id on rooms
for each row when (new.host_id <> old.host_id) execute function tg_rooms__withdraw();
comment on trigger _340_withdraw on rooms is 'Deletes the invitations of a host who hands the room over.';

create or replace function tg_rooms__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room_id bigint := case tg_op when 'DELETE' then old.id else new.id end;
begin
  if tg_op = 'UPDATE' and new.roster <> old.roster then
    return null; -- fit_roster has logged it
  end if;
  if tg_op = 'UPDATE' and new.ended_at is not null and old.ended_at is null then
    -- With the lock on the log: participants who joined before are removed here; those who join later see that the room has ended.
    -- Before append_event, so that its notification also covers the events of these seats.
    -- Seats are locked before the log, in the same order as in other transactions, which change a seat and lock the log at commit.
    perform from participants p where p.room_id = new.id order by p.user_id for update;
    perform from logs l where l.room_id = new.id for update;
    delete from participants p where p.room_id = new.id;
  end if;
  perform append_event(room_id, 'rooms', tg_op,
    case when tg_op <> 'DELETE' then to_jsonb(new) || room_names(new.club_id, new.host_id) end,
    case when tg_op <> 'INSERT' then to_jsonb(old) end,
    changes_hallway => true);
  if tg_op = 'UPDATE' and old.opened_at is null and new.opened_at is not null then
    update logs l set deserted_at = clock_timestamp() where l.room_id = new.id and l.here = 0;
  end if;
  if tg_op = 'UPDATE' and new.ended_at is null then
    perform fit_roster(new.id), choose_topology(new.id);
  end if;
  return null;
end
$$;

comment on function tg_rooms__log() is 'Logs the change of a room. When the room has ended, removes all participants. When a scheduled room opens with nobody in it, it is deserted from then on (logs.deserted_at). Turns the roster if a join or leave could not, because this transaction had the room locked.';

drop trigger if exists _500_log on rooms;
create constraint trigger _500_log after insert or update or delete on rooms
deferrable initially deferred for each row execute function tg_rooms__log();
comment on trigger _500_log on rooms is 'At commit, logs the change.';

drop trigger if exists _490_pace_changes on rooms;
create constraint trigger _490_pace_changes after update on rooms
deferrable initially deferred for each row when (pg_trigger_depth() = 0)
execute function tg_pace('rooms_changes_are_rate_limited', '60', '10 seconds', '', 'changes of rooms');
comment on trigger _490_pace_changes on rooms is 'Rate limit: 60 changes by one user in 10 seconds, because each is sent to everybody.';

create or replace trigger _410_notify_club after insert or update of club_id, access, opened_at, ended_at or delete on rooms
for each row execute function tg_notify_club('club_id');
comment on trigger _410_notify_club on rooms is 'Notifies relays that the open rooms of a club have changed, except those for invited users.';
