create or replace function tg_participants__guard_change() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor bigint := acting_user();
  operator boolean := acting_as_operator();
  room rooms;
begin
  if (new.room_id, new.user_id) is distinct from (old.room_id, old.user_id) then
    raise check_violation using
      message    = 'a seat does not move between rooms or people',
      constraint = 'participants_seats_stay',
      hint       = 'Leave, and join the other room.';
  end if;
  if new.peer_id is distinct from old.peer_id and new.peer_id is not null then
    -- Joining again: another tab, or somebody back from a long tunnel.
    if actor is distinct from old.user_id and not operator then
      raise check_violation using
        message    = 'only its own user takes a seat anew',
        constraint = 'participants_only_for_yourself';
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
           and (old.role = 'HOST') = (new.user_id = room.host_id) -- where these differ, the seat follows the room's host
           and not (new.role <> 'HOST' and moderates(new.room_id))
           and not (actor is not distinct from new.user_id and old.role <> 'HOST'
                    and (new.role = 'AUDIENCE'
                         or (new.role = 'SPEAKER' and (room.stage = 'open' or old.invited_to_speak_at is not null))))) then
      raise check_violation using
        message    = case when new.user_id = room.host_id then 'the host stays the host, and on stage'
                          else format('the role %s is not yours to give here', coalesce(new.role, 'null')) end,
        constraint = 'participants_role_is_given',
        hint       = 'Host and moderators give roles; you may step down, and up where the stage is open or you are invited. A room has one host.';
    end if;
    if old.role = 'AUDIENCE' and new.role <> 'HOST' and old.hand_raised_at is null and not operator and actor is distinct from new.user_id then
      raise check_violation using
        message    = 'nobody is brought to the stage who has not asked to speak',
        constraint = 'participants_speaking_needs_consent',
        hint       = 'Invite them instead, and they may accept: select invite_to_speak(…).';
    end if;
    new.muted := new.muted or new.role = 'AUDIENCE';
  end if;
  if old.muted and not new.muted then
    if actor is distinct from new.user_id and not operator then
      raise check_violation using
        message    = 'nobody can switch on somebody else''s microphone',
        constraint = 'participants_only_they_unmute',
        hint       = 'Ask them to.';
    end if;
    if new.role = 'AUDIENCE' then
      raise check_violation using
        message    = 'the audience has no microphone',
        constraint = 'participants_audience_is_muted',
        hint       = 'Step up to the stage first.';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_change() is
  'What may change on a seat, and who may change it: sessions by their user, roles by moderators, microphones off by many and on by one.';

create or replace trigger _100_guard_change before update of room_id, user_id, peer_id, role, muted on participants
for each row execute function tg_participants__guard_change();
comment on trigger _100_guard_change on participants is 'Decides what may change on a seat.';

create or replace function tg_participants__guard_join() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor bigint := acting_user();
  operator boolean := acting_as_operator();
  room rooms;
begin
  if not operator and new.user_id is distinct from actor then
    raise check_violation using
      message    = 'you can take a seat only for yourself',
      constraint = 'participants_only_for_yourself',
      hint       = 'Leave user_id out: it defaults to you.';
  end if;
  room := require_admission(new.room_id, new.user_id);

  new.kind := case (select u.kind from users u where u.id = new.user_id) when 'bot' then 'bot' else new.kind end;
  if room.host_id = new.user_id then
    if not operator or new.role is null then
      new.role := 'HOST';
    end if;
  elsif new.role is null then
    new.role := case room.stage when 'open' then 'SPEAKER' else 'AUDIENCE' end;
  -- No user can write `kind`: a node's seat is taken by the database.
  elsif not operator and new.kind not in ('sfu', 'mcu') and not (new.role = 'AUDIENCE' or (new.role = 'SPEAKER' and room.stage = 'open')) then
    raise check_violation using
      message    = format('nobody joins room %s as %s by asking for it', new.room_id, new.role),
      constraint = 'participants_role_is_given',
      hint       = 'Leave role out; the host can move you to the stage.';
  end if;
  new.muted := coalesce(new.muted, true) or new.role = 'AUDIENCE';
  new.peer_id := coalesce(new.peer_id, gen_random_uuid());
  -- The log says where the joining stands, the clock when; nobody else does.
  new.seq := null;
  new.join_date := clock_timestamp();
  return new;
end
$$;

comment on function tg_participants__guard_join() is
  'Who may take which seat: an open room, for yourself, in a role you may have. Derives what was left out.';

create or replace trigger _130_guard_join before insert on participants
for each row execute function tg_participants__guard_join();
comment on trigger _130_guard_join on participants is 'Decides who may take which seat.';

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
  'The host leaving keeps the seat with a null peer_id, as in the article; when the room ends it goes too.';

create or replace trigger _150_keep_host before delete on participants
for each row execute function tg_participants__keep_host();
comment on trigger _150_keep_host on participants is 'The host''s seat stays while the room is open.';

create or replace trigger _160_limit before insert on participants
for each row when (new.kind not in ('sfu', 'mcu')) execute function tg_limit('participants_are_bounded', '20', 'user_id', 't.peer_id is not null and t.room_id <> ($1).room_id');
comment on trigger _160_limit on participants is '20 seats of one user at once.';

create or replace trigger _170_pace before insert on participants
for each row when (new.kind not in ('sfu', 'mcu')) execute function tg_pace('participants_come_slowly', '200', '1 minute');
comment on trigger _170_pace on participants is '200 of one user in 1 minute.';

create or replace trigger _180_pace_again before update of peer_id on participants
for each row when (new.kind not in ('sfu', 'mcu') and new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_pace('participants_come_slowly', '200', '1 minute');
comment on trigger _180_pace_again on participants is 'Taking a seat anew counts like taking it.';

create or replace trigger _200_set_asynchronous_commit before insert or update or delete on participants for each statement execute function tg_set_asynchronous_commit();
comment on trigger _200_set_asynchronous_commit on participants is 'Presence and signals never wait for the disk.';

create or replace function tg_participants__lease() returns trigger
language plpgsql as $$
begin
  -- Taken through a relay and never followed, a seat lapses; taken by hand in psql, it stays until deleted.
  new.served_by := nullif(current_setting('roomtone.node', true), '');
  new.expires_at := case when new.served_by is not null then
    clock_timestamp() + coalesce(nullif(current_setting('roomtone.grace', true), ''), '10s')::interval end;
  return new;
end
$$;

comment on function tg_participants__lease() is 'A new session is leased to the relay it came through.';

create or replace trigger _300_lease before insert on participants
for each row execute function tg_participants__lease();
comment on trigger _300_lease on participants is 'Leases a new seat to its relay.';

create or replace trigger _310_lease_again before update of peer_id on participants
for each row when (new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__lease();
comment on trigger _310_lease_again on participants is 'Leases a seat that was taken anew.';

create or replace function tg_participants__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Others who go by themselves leave the friends they asked in by name welcome.
  if old.role = 'MODERATOR' or tg_op = 'UPDATE'
     or (acting_user() is distinct from old.user_id and coalesce(current_setting('roomtone.leave_reason', true), '') <> 'timeout') then
    perform withdraw_invitations(old.room_id, old.user_id);
  end if;
  return null;
end
$$;

comment on function tg_participants__withdraw() is 'The invitations of a moderator who is one no more, and of anybody who was removed, let nobody in.';

create or replace trigger _340_withdraw after delete on participants
for each row execute function tg_participants__withdraw();
comment on trigger _340_withdraw on participants is 'Moderators who leave, and whoever is removed, take their invitations along.';

create or replace trigger _350_withdraw_on_demotion after update of role on participants
for each row when (old.role in ('HOST', 'MODERATOR') and new.role not in ('HOST', 'MODERATOR'))
execute function tg_participants__withdraw();
comment on trigger _350_withdraw_on_demotion on participants is 'Who moderates no more has no invitations out.';

create or replace function tg_participants__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  seat participants := case tg_op when 'DELETE' then old else new end;
  joins boolean := tg_op <> 'DELETE' and new.peer_id is not null and (tg_op = 'INSERT' or new.peer_id is distinct from old.peer_id);
  leaves boolean := tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.peer_id is null and old.peer_id is not null);
  new_seq bigint;
begin
  if tg_op <> 'DELETE' and not joins and new.seq is null then
    new.seq := (select p.seq from participants p where p.room_id = new.room_id and p.user_id = new.user_id);
  end if;
  new_seq := append_event(seat.room_id, 'participants', tg_op,
    case when tg_op <> 'DELETE' then seat_record(new) end,
    case when tg_op <> 'INSERT' then seat_record(old) end,
    reason => case
      when not leaves then null
      when exists (select from rooms r where r.id = seat.room_id and r.ended_at is not null) then 'room ended'
      when current_setting('roomtone.leave_reason', true) = 'timeout' then 'timeout'
      when acting_user() is distinct from seat.user_id then 'removed'
      else 'left' end,
    changes_hallway => true);
  if joins then
    -- Asked again under the log's lock: the room may have ended or been locked, or they may have been banned,
    -- while this transaction was open. Whoever took their seat anew held it before.
    perform require_admission(new.room_id, new.user_id, held => tg_op = 'UPDATE');
    update participants p set seq = new_seq
    where p.room_id = new.room_id and p.user_id = new.user_id and p.peer_id = new.peer_id;
    update events e set record = e.record || jsonb_build_object('seq', new_seq)
    where e.room_id = new.room_id and e.seq = new_seq;
  end if;
  return null;
end
$$;

comment on function tg_participants__log() is
  'Logs comings, changes and goings (with the reason), and tells a newcomer''s seat its place in the log.';

drop trigger if exists _500_log on participants;
create constraint trigger _500_log after insert or delete on participants
deferrable initially deferred for each row execute function tg_participants__log();
comment on trigger _500_log on participants is 'At commit, the coming or going enters the room''s log.';

drop trigger if exists _510_log_change on participants;
create constraint trigger _510_log_change after update on participants
deferrable initially deferred for each row
when ((new.peer_id, new.role, new.muted, new.kind, new.hand_raised_at, new.invited_to_speak_at, new.asked_to_unmute_at)
      is distinct from (old.peer_id, old.role, old.muted, old.kind, old.hand_raised_at, old.invited_to_speak_at, old.asked_to_unmute_at))
execute function tg_participants__log();
comment on trigger _510_log_change on participants is 'At commit, what others can see of a change enters the room''s log; leases never do.';

create or replace function tg_participants__apply_host_gone() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room rooms;
  heir bigint;
begin
  select * into room from rooms r where r.id = new.room_id;
  -- Nothing is locked where nothing will change: whoever ends the room has it, and waits for this seat.
  if room.ended_at is not null or room.host_id <> new.user_id or room.host_gone = 'wait' or room.opened_at is null
     or exists (select from participants p where p.room_id = room.id and p.user_id = room.host_id and p.peer_id is not null) then
    return null;
  end if;
  if room.host_gone = 'end' then
    update rooms r set ended_at = now(), ended_reason = 'the host left'
    where r.id = room.id and r.host_id = new.user_id and r.ended_at is null;
  else
    heir := coalesce(longest_serving(room.id, 'MODERATOR'), longest_serving(room.id, 'SPEAKER'));
    update rooms r set host_id = heir
    where r.id = room.id and r.host_id = new.user_id and r.ended_at is null and heir is not null;
  end if;
  return null;
end
$$;

comment on function tg_participants__apply_host_gone() is
  'The host has left, or is lost: by the room''s policy it waits, goes to the longest-serving moderator or else speaker, or ends.';

drop trigger if exists _620_apply_host_gone on participants;
create constraint trigger _620_apply_host_gone after update of peer_id on participants
deferrable initially deferred for each row when (old.peer_id is not null and new.peer_id is null)
execute function tg_participants__apply_host_gone();
comment on trigger _620_apply_host_gone on participants is 'At commit, after the host''s going was logged, the room''s policy for it applies.';
