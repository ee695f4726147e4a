create or replace trigger _050_set_asynchronous_commit before insert or update or delete on participants for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on participants is 'Commits of seats and signals do not wait for the disk.';

create or replace function tg_participants__guard_change() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor bigint := acting_user();
  operator boolean := acting_as_operator();
  room rooms;
begin
  if (new.room_id, new.user_id) is distinct from (old.room_id, old.user_id) then
    raise check_violation using
      message    = 'a seat cannot be moved to another room or user',
      constraint = 'participants_seat_is_not_moved',
      hint       = 'Leave this room, and join the other one.';
  end if;
  if new.peer_id is distinct from old.peer_id and new.peer_id is not null then
    -- Joining again: from another tab, or after a lost connection.
    if actor is distinct from old.user_id and not operator then
      raise check_violation using
        message    = 'you can join again only as yourself',
        constraint = 'participants_only_for_yourself',
        hint       = 'Each user joins again themselves.';
    end if;
    perform require_open_room(new.room_id), require_not_banned(new.room_id, new.user_id);
    new.join_date := clock_timestamp();
    new.muted := true;
    new.seq := null;
  end if;
  if new.role is distinct from old.role then
    select * into room from rooms r where r.id = new.room_id;
    if new.role is null
       or (new.role = 'HOST') <> (new.user_id = room.host_id)
       or (not operator
           and (old.role = 'HOST') = (new.user_id = room.host_id) -- otherwise tg_rooms__seat_host changes the role
           and not (new.role <> 'HOST' and moderates(new.room_id))
           and not (actor is not distinct from new.user_id and old.role <> 'HOST'
                    and (new.role = 'AUDIENCE'
                         or (new.role = 'SPEAKER' and (room.stage = 'open' or old.invited_to_speak_at is not null))))) then
      raise check_violation using
        message    = case when new.user_id = room.host_id then 'the host stays the host, and on stage'
                          else format('you may not give the role %s here', coalesce(new.role, 'null')) end,
        constraint = 'participants_role_is_allowed',
        hint       = 'Host and moderators give roles. You may go to the audience yourself, and on stage if the stage is open or you are invited. A room has one host.';
    end if;
    if old.role = 'AUDIENCE' and new.role <> 'HOST' and old.hand_raised_at is null and not operator and actor is distinct from new.user_id then
      raise check_violation using
        message    = 'a participant who has not asked to speak cannot be brought on stage',
        constraint = 'participants_have_asked_to_speak',
        hint       = 'Invite them; they may accept: select invite_to_speak(…).';
    end if;
    new.muted := new.muted or new.role = 'AUDIENCE';
  end if;
  if old.muted and not new.muted then
    if actor is distinct from new.user_id and not operator then
      raise check_violation using
        message    = 'you cannot switch on the microphone of another participant',
        constraint = 'participants_unmute_only_themselves',
        hint       = 'Ask them to switch it on: select ask_to_unmute(…).';
    end if;
    if new.role = 'AUDIENCE' then
      raise check_violation using
        message    = 'audience members have no microphone',
        constraint = 'participants_audience_is_muted',
        hint       = 'Go on stage first.';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_change() is
  'Checks what may change on a seat, and who may change it: only the participant joins again and switches the microphone on; host and moderators give roles and mute.';

create or replace trigger _100_guard_change before update of room_id, user_id, peer_id, role, muted on participants
for each row execute function tg_participants__guard_change();
comment on trigger _100_guard_change on participants is 'Checks what may change on a seat.';

create or replace function tg_participants__guard_join() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor bigint := acting_user();
  operator boolean := acting_as_operator();
  room rooms;
  kept kept_roles;
begin
  if not operator and new.user_id is distinct from actor then
    raise check_violation using
      message    = 'you can join only as yourself',
      constraint = 'participants_only_for_yourself',
      hint       = 'Leave user_id out: by default it is your id.';
  end if;
  room := require_may_join(new.room_id, new.user_id);
  new.kind := case (select u.kind from users u where u.id = new.user_id) when 'bot' then 'bot' else new.kind end;
  if room.encrypted then perform require_encrypted_place(room.id, new.user_id, new.kind); end if;
  if room.host_id = new.user_id then
    if not operator or new.role is null then
      new.role := 'HOST';
    end if;
  elsif new.role is null then
    select * into kept from kept_roles k
    where k.room_id = new.room_id and k.user_id = new.user_id and k.expires_at > clock_timestamp();
    new.role := coalesce(kept.role, case when new.user_id = any (room.co_host_ids) then 'MODERATOR' end, case room.stage when 'open' then 'SPEAKER' else 'AUDIENCE' end);
    if room.stage <> 'open' then
      new.hand_raised_at := kept.hand_raised_at;
    end if;
  -- Users cannot write `kind`: the seat of a node is inserted by the database.
  elsif not operator and new.kind in ('person', 'bot') and not (new.role = 'AUDIENCE' or (new.role = 'SPEAKER' and room.stage = 'open')) then
    raise check_violation using
      message    = format('you cannot join this room as %s', new.role),
      constraint = 'participants_role_is_allowed',
      hint       = 'Leave role out. The host or a moderator can give you another role.';
  end if;
  new.muted := coalesce(new.muted, true) or new.role = 'AUDIENCE';
  new.peer_id := coalesce(new.peer_id, gen_random_uuid());
  new.seq := null; -- not from the client: tg_participants__log sets it
  new.join_date := clock_timestamp();
  return new;
end
$$;

comment on function tg_participants__guard_join() is
  'Checks who may join which room in which role, and derives values that were left out: also the role that was kept for a participant who lost the connection.';

create or replace trigger _130_guard_join before insert on participants
for each row execute function tg_participants__guard_join();
comment on trigger _130_guard_join on participants is 'Checks who may join.';

create or replace function tg_participants__keep_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if old.role = 'HOST' and exists (select from rooms r where r.id = old.room_id and r.ended_at is null and r.host_id = old.user_id)
     and exists (select from users u where u.id = old.user_id) then
    update participants p set peer_id = null, muted = true, asked_to_unmute_at = null, served_by = null, expires_at = null
    where p.room_id = old.room_id and p.user_id = old.user_id;
    return null;
  end if;
  return old;
end
$$;

comment on function tg_participants__keep_host() is
  'Keeps the seat of a host who leaves, with a null peer_id, until the room ends.';

create or replace trigger _150_keep_host before delete on participants
for each row execute function tg_participants__keep_host();
comment on trigger _150_keep_host on participants is 'Keeps the host''s seat while the room is open.';

create or replace trigger _170_pace before insert on participants
for each row when (new.kind in ('person', 'bot')) execute function tg_pace('participants_are_rate_limited', '200', '1 minute');
comment on trigger _170_pace on participants is 'Rate limit: 200 per user in 1 minute.';

create or replace trigger _180_pace_again before update of peer_id on participants
for each row when (new.kind in ('person', 'bot') and new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_pace('participants_are_rate_limited', '200', '1 minute');
comment on trigger _180_pace_again on participants is 'Rate limit: joining again counts like joining.';

create or replace function tg_participants__begin_grace() returns trigger
language plpgsql as $$
begin
  -- A seat taken through a relay expires unless its client opens a stream. A seat taken in psql stays until it is deleted.
  new.served_by := nullif(current_setting('roomtone.node', true), '');
  new.expires_at := case when new.served_by is not null then clock_timestamp() + current_setting('roomtone.grace')::interval end; -- set by the relay
  return new;
end
$$;

comment on function tg_participants__begin_grace() is 'Stores the relay through which a session joins, and begins the seat''s grace period.';

create or replace trigger _300_begin_grace before insert on participants
for each row execute function tg_participants__begin_grace();
comment on trigger _300_begin_grace on participants is 'Stores which relay serves a new seat.';

create or replace trigger _310_begin_grace_again before update of peer_id on participants
for each row when (new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__begin_grace();
comment on trigger _310_begin_grace_again on participants is 'The same for a participant who joins again.';

create or replace function tg_participants__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  seat participants := case tg_op when 'DELETE' then old else new end;
  joins boolean := tg_op <> 'DELETE' and new.peer_id is not null and (tg_op = 'INSERT' or new.peer_id is distinct from old.peer_id);
  leaves boolean := tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.peer_id is null and old.peer_id is not null);
  was_here boolean := tg_op <> 'INSERT' and old.peer_id is not null and old.kind in ('person', 'bot');
  is_here boolean := tg_op <> 'DELETE' and new.peer_id is not null and new.kind in ('person', 'bot');
  -- Of seats that are quiet before and after only their user learns while the roster is counted.
  quiet boolean := (tg_op = 'INSERT' or (old.role = 'AUDIENCE' and old.hand_raised_at is null and old.invited_to_speak_at is null))
    and (tg_op = 'DELETE' or (new.role = 'AUDIENCE' and new.hand_raised_at is null and new.invited_to_speak_at is null));
  listens boolean := tg_op <> 'DELETE' and new.edge is null and is_here and new.role = 'AUDIENCE' and new.hand_raised_at is null and new.invited_to_speak_at is null;
  left_edge boolean := tg_op <> 'INSERT' and old.edge is not null and (tg_op = 'DELETE' or new.edge is distinct from old.edge);
  reason text;
  new_seq bigint;
begin
  if tg_op <> 'DELETE' and not joins and (new.seq is null or listens) then
    select p.seq, case when listens then p.edge end into new.seq, new.edge -- as an earlier event of this transaction has set them
    from participants p where p.room_id = new.room_id and p.user_id = new.user_id;
  end if;
  if joins then new.offers := exists (select from participants p where p.peer_id = new.peer_id and p.offers); end if; -- set after the insert
  if listens and new.edge is null and (joins or not (quiet or new.offers)) then -- who offers cannot move
    new.edge := place_listener(new);
  end if;
  if leaves then
    reason := case when exists (select from rooms r where r.id = seat.room_id and r.ended_at is not null) then 'room ended'
      when current_setting('roomtone.leave_reason', true) = 'timeout' then 'timeout'
      when acting_user() is distinct from seat.user_id then 'removed' else 'left' end;
  end if;
  new_seq := append_event(seat.room_id, 'participants', tg_op,
    case when tg_op <> 'DELETE' then seat_record(new) end,
    case when tg_op <> 'INSERT' then seat_record(old) end,
    reason => reason, changes_hallway => true, has_seq => joins,
    recipient_if_counted => case when quiet then seat.user_id end,
    here => is_here::int - was_here::int,
    on_stage => (is_here and new.role <> 'AUDIENCE')::int - (was_here and old.role <> 'AUDIENCE')::int,
    hands => (is_here and new.hand_raised_at is not null)::int - (was_here and old.hand_raised_at is not null)::int);
  if left_edge then
    update assignments a set listeners = a.listeners - 1 where a.peer_id = old.edge;
    perform delete_signals_of_edge(old.room_id, old.peer_id, old.edge);
  end if;
  if quiet and tg_op <> 'INSERT' and reason is distinct from 'room ended' then
    perform copy_seat_event(seat.room_id, new_seq, old.peer_id);
  end if;
  if joins then
    -- Checked again with the lock on the log: while this transaction was open the room may have ended or been locked, or the
    -- user may have been banned. An UPDATE means that they had the seat before.
    if (require_may_join(new.room_id, new.user_id, has_seat => tg_op = 'UPDATE')).encrypted then perform require_encrypted_place(new.room_id, new.user_id, new.kind); end if;
    update participants p set seq = new_seq
    where p.peer_id = new.peer_id; -- by the room as well, PostgreSQL may look through all its seats
  end if;
  if is_here <> was_here and reason is distinct from 'room ended' then
    perform fit_roster(seat.room_id);
  end if;
  if is_here <> was_here or (is_here and new.role is distinct from old.role) then
    perform choose_topology(seat.room_id);
  end if;
  return null;
end
$$;

comment on function tg_participants__log() is
  'Logs that a participant joined, changed or left (with the reason), and counts them. Stores the position of the join event in the seat (seq). Gives a new listener an edge (place_listener). With many seats in the room, its roster turns to counted (fit_roster); an automatic topology may change (choose_topology).';

drop trigger if exists _500_log on participants;
create constraint trigger _500_log after insert or delete on participants
deferrable initially deferred for each row execute function tg_participants__log();
comment on trigger _500_log on participants is 'At commit, logs that a participant joined or left.';

drop trigger if exists _510_log_change on participants;
create constraint trigger _510_log_change after update on participants
deferrable initially deferred for each row
when ((new.peer_id, new.role, new.muted, new.kind, new.hand_raised_at, new.invited_to_speak_at, new.asked_to_unmute_at, new.captioned_by, new.signing_key)
      is distinct from (old.peer_id, old.role, old.muted, old.kind, old.hand_raised_at, old.invited_to_speak_at, old.asked_to_unmute_at, old.captioned_by, old.signing_key) or (new.served_directly and not old.served_directly and old.edge is not null))
execute function tg_participants__log();
comment on trigger _510_log_change on participants is 'At commit, logs the changes that other participants can see, and that a listener goes from an edge to the node of the stage; not served_by and expires_at. Other changes of the edge: log_edge.';

create or replace function tg_participants__apply_host_gone() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room rooms;
  new_host bigint;
begin
  select * into room from rooms r where r.id = new.room_id;
  -- Return before locking the room if it will not change: a transaction that ends the room has it locked, and waits for this seat.
  if room.ended_at is not null or room.host_id <> new.user_id or room.host_gone = 'wait' or room.opened_at is null
     or current_setting('roomtone.keeps_running', true) = room.id::text
     or exists (select from participants p where p.room_id = room.id and p.user_id = room.host_id and p.peer_id is not null) then
    return null;
  end if;
  if room.host_gone = 'end' then
    update rooms r set ended_at = now(), ended_reason = 'the host left'
    where r.id = room.id and r.host_id = new.user_id and r.ended_at is null;
  else
    new_host := next_host(room.id);
    update rooms r set host_id = new_host
    where r.id = room.id and r.host_id = new.user_id and r.ended_at is null and new_host is not null;
  end if;
  return null;
end
$$;

comment on function tg_participants__apply_host_gone() is
  'Applies rooms.host_gone when the host has left or lost the connection: the room waits, gets another host (next_host), or ends. Not after leave_room_running.';

drop trigger if exists _620_apply_host_gone on participants;
create constraint trigger _620_apply_host_gone after update of peer_id on participants
deferrable initially deferred for each row when (old.peer_id is not null and new.peer_id is null)
execute function tg_participants__apply_host_gone();
comment on trigger _620_apply_host_gone on participants is 'At commit, after it was logged that the host left, applies rooms.host_gone.';

-- At commit, so that two transactions of one user do not wait for each other's rows. Muting is not counted, because each mute follows an
-- unmute, so mute_all is never refused; changes made by triggers are not counted either.
drop trigger if exists _490_pace_changes on participants;
create constraint trigger _490_pace_changes after update on participants
deferrable initially deferred for each row
when (pg_trigger_depth() = 0
      and ((new.role, new.hand_raised_at, new.invited_to_speak_at, new.asked_to_unmute_at, new.captioned_by)
           is distinct from (old.role, old.hand_raised_at, old.invited_to_speak_at, old.asked_to_unmute_at, old.captioned_by)
           or (old.muted and not new.muted)))
execute function tg_pace('participants_changes_are_rate_limited', '60', '10 seconds', 'in a room', 'changes of participants');
comment on trigger _490_pace_changes on participants is 'Rate limit: 60 changes by one user in 10 seconds, in each room, because each is sent to everybody there.';
