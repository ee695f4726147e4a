-- A peer_id is one session of one seat. Users choose theirs, so that they know it before the answer comes.

create or replace function tg_participants__use_peer_id() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- The key's index makes two who choose the same id at once wait for each other.
  insert into used_peer_ids (peer_id) values (new.peer_id) on conflict do nothing;
  if not found then
    raise unique_violation using
      message    = 'this peer_id was used before',
      constraint = 'participants_peer_id_is_new',
      hint       = 'Choose a new one each time you join, or leave it out.';
  end if;
  return null;
end
$$;

comment on function tg_participants__use_peer_id() is 'Nobody takes a seat under a peer_id that was a seat''s before, their own included.';

create or replace trigger _330_use_peer_id after insert on participants
for each row when (new.peer_id is not null) execute function tg_participants__use_peer_id();
comment on trigger _330_use_peer_id on participants is 'Writes the session''s peer_id down, once.';

create or replace trigger _320_use_new_peer_id after update of peer_id on participants
for each row when (new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__use_peer_id();
comment on trigger _320_use_new_peer_id on participants is 'So for a seat that is taken anew.';

create or replace function tg_participants__forget_signals() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- After the going was logged, so under the log's lock: of two who leave at once one waits, and no signal
  -- is committed meanwhile that this would not see.
  delete from signals s where s.room_id = old.room_id and s.to_peer = old.peer_id;
  delete from signals s where s.room_id = old.room_id and s.from_peer = old.peer_id;
  insert into used_peer_ids (peer_id) values (old.peer_id)
  on conflict (peer_id) do update set used_at = excluded.used_at;
  return null;
end
$$;

comment on function tg_participants__forget_signals() is 'What a session was sent, and what it sent, goes with it; its peer_id is not used again.';

drop trigger if exists _610_forget_signals on participants;
create constraint trigger _610_forget_signals after delete on participants
deferrable initially deferred for each row when (old.peer_id is not null) execute function tg_participants__forget_signals();
comment on trigger _610_forget_signals on participants is 'At commit, the signals of a seat that was given up are deleted.';

drop trigger if exists _600_forget_old_signals on participants;
create constraint trigger _600_forget_old_signals after update on participants
deferrable initially deferred for each row when (old.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__forget_signals();
comment on trigger _600_forget_old_signals on participants is 'So are those of a session whose seat was taken anew, or kept empty for the host.';

create or replace function tg_participants__guard_node() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if acting_user() is distinct from old.user_id and not acting_as_operator() and exists (select from assignments a where a.peer_id = old.peer_id) then
    raise insufficient_privilege using
      message    = 'a node keeps its seat as long as the room is carried by it',
      constraint = 'participants_nodes_are_assigned',
      hint       = 'Change the room''s topology instead: update rooms set topology = ''mesh'' where id = …;';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_node() is 'Nobody removes or changes the seat of a media node; the room''s topology decides.';

-- Not of its place in the log, which is written as whoever moved the room.
create or replace trigger _140_guard_node
before delete or update of room_id, user_id, peer_id, kind, role, muted, hand_raised_at, invited_to_speak_at, asked_to_unmute_at on participants
for each row when (old.kind in ('sfu', 'mcu')) execute function tg_participants__guard_node();
comment on trigger _140_guard_node on participants is 'Keeps the seats of media nodes out of people''s hands.';

create or replace function tg_participants__record() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op <> 'DELETE' and new.peer_id is not null then
    if new.kind not in ('person', 'bot') then
      return null;
    end if;
    -- After the coming was logged, under the log's lock: no recording is announced without seeing it.
    insert into recorded_seats (recording_id, user_id)
    select r.id, new.user_id from recordings r where r.room_id = new.room_id and r.ended_at is null
    on conflict do nothing;
  else
    -- Who leaves before it begins is not in it.
    delete from recorded_seats s using recordings r
    where s.recording_id = r.id and s.user_id = old.user_id and r.room_id = old.room_id
      and r.ended_at is null and r.begins_at > clock_timestamp();
  end if;
  return null;
end
$$;

comment on function tg_participants__record() is 'Notes who sits in a room while it is recorded; whoever leaves during the countdown does not.';

drop trigger if exists _630_record on participants;
create constraint trigger _630_record after insert or delete on participants
deferrable initially deferred for each row execute function tg_participants__record();
comment on trigger _630_record on participants is 'At commit, a newcomer is one of those who may hear the recording that runs.';

drop trigger if exists _640_record_again on participants;
create constraint trigger _640_record_again after update on participants
deferrable initially deferred for each row when (new.peer_id is distinct from old.peer_id) execute function tg_participants__record();
comment on trigger _640_record_again on participants is 'So is a host who comes back.';

create or replace function tg_participants__assign_node() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  wanted text;
begin
  select r.topology into wanted from rooms r
  where r.id = new.room_id and r.topology <> 'mesh' and r.opened_at is not null and r.ended_at is null
    and not exists (select from assignments a where a.room_id = r.id);
  if not found then
    return null;
  end if;
  -- This transaction has the log's lock by now. It never waits for one that assigns nodes, or for a node's old seat, because
  -- such a one may be waiting for the log: then a node is notified instead, and its heartbeat assigns the room.
  if not exists (select from participants p where p.room_id = new.room_id and p.kind in ('sfu', 'mcu'))
     and pg_try_advisory_xact_lock(hashtext('roomtone nodes')) then
    perform assign_node(new.room_id);
  else
    perform pg_notify('roomtone', json_build_object('node', n.id)::text) from node_with_capacity(wanted) n where n.id is not null;
  end if;
  return null;
end
$$;

comment on function tg_participants__assign_node() is 'Gives the room a node as soon as it has a participant.';

drop trigger if exists _650_assign_node on participants;
create constraint trigger _650_assign_node after insert on participants
deferrable initially deferred for each row when (new.peer_id is not null and new.kind in ('person', 'bot'))
execute function tg_participants__assign_node();
comment on trigger _650_assign_node on participants is 'At commit, so that a transaction left open keeps nobody from the nodes.';

drop trigger if exists _660_assign_node_again on participants;
create constraint trigger _660_assign_node_again after update of peer_id on participants
deferrable initially deferred for each row
when (old.peer_id is null and new.peer_id is not null and new.kind in ('person', 'bot'))
execute function tg_participants__assign_node();
comment on trigger _660_assign_node_again on participants is 'So for a host who comes back.';
