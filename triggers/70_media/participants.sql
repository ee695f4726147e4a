create or replace function tg_participants__guard_node() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if acting_user() is distinct from old.user_id and not acting_as_operator() and exists (select from assignments a where a.peer_id = old.peer_id) then
    raise insufficient_privilege using
      message    = 'a node keeps its seat as long as it hosts the room',
      constraint = 'participants_node_keeps_its_seat',
      hint       = 'Change the room''s topology instead: update rooms set topology = ''mesh'' where id = …;';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_node() is 'Users cannot delete or change the seat of a media node. It follows the room''s topology.';

-- Not for seq, which is set while the user acts who moved the room.
create or replace trigger _140_guard_node
before delete or update of room_id, user_id, peer_id, kind, role, muted, hand_raised_at, invited_to_speak_at, asked_to_unmute_at on participants
for each row when (old.kind not in ('person', 'bot')) execute function tg_participants__guard_node();
comment on trigger _140_guard_node on participants is 'Refuses changes to the seats of media nodes.';

create or replace function tg_participants__guard_connection() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if acting_user() <> old.user_id then -- null for the operator, and for nodes
    raise insufficient_privilege using
      message    = 'you cannot say how another participant is connected',
      constraint = 'participants_connect_themselves',
      hint       = 'Only who has the seat writes served_directly and offers.';
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_connection() is 'Only the user of a seat says how they are connected: by WHIP (served_directly) or WHEP (offers).';

create or replace trigger _145_guard_connection before update of served_directly, offers on participants
for each row execute function tg_participants__guard_connection();
comment on trigger _145_guard_connection on participants is 'Refuses moderators who write how another participant is connected.';

create or replace function tg_participants__leave_edge() returns trigger
language plpgsql as $$
begin
  new.edge := null;
  new.served_directly := new.served_directly and new.peer_id is not distinct from old.peer_id;
  new.offers := new.offers and new.peer_id is not distinct from old.peer_id;
  return new;
end
$$;

comment on function tg_participants__leave_edge() is
  'The node of the stage serves who may speak, raises a hand, or is invited to speak, and may therefore speak at any moment. A participant who joins again is placed anew.';

-- After the triggers that may change the role.
create or replace trigger _315_leave_edge before update on participants
for each row when (old.edge is not null
                   and (new.role <> 'AUDIENCE' or new.hand_raised_at is not null or new.invited_to_speak_at is not null
                        or new.peer_id is distinct from old.peer_id)
                   or ((old.served_directly or old.offers) and new.peer_id is distinct from old.peer_id))
execute function tg_participants__leave_edge();
comment on trigger _315_leave_edge on participants is 'Takes the edge from the seat of a listener who may soon speak. Of a participant who joins again, it is not known whether an edge can serve them.';

-- A peer_id is one session of one seat. Clients may choose it, so that they know it before the response.

create or replace function tg_participants__reserve_peer_id() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- If two transactions insert the same id, the primary key makes one wait for the other.
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

comment on function tg_participants__reserve_peer_id() is 'Refuses a peer_id that any seat had before, also the user''s own.';

create or replace trigger _320_reserve_new_peer_id after update of peer_id on participants
for each row when (new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__reserve_peer_id();
comment on trigger _320_reserve_new_peer_id on participants is 'The same for a participant who joins again.';

create or replace trigger _330_reserve_peer_id after insert on participants
for each row when (new.peer_id is not null) execute function tg_participants__reserve_peer_id();
comment on trigger _330_reserve_peer_id on participants is 'Stores the peer_id of a new seat, which must not have been used before.';

create or replace function tg_participants__delete_signals() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Runs after the leaving was logged, with the lock on the log: if two participants leave at the same time one waits, and no
  -- signal is committed in between that these statements do not see.
  delete from signals s where s.room_id = old.room_id and s.to_peer = old.peer_id;
  delete from signals s where s.room_id = old.room_id and s.from_peer = old.peer_id;
  insert into used_peer_ids (peer_id) values (old.peer_id)
  on conflict (peer_id) do update set used_at = excluded.used_at;
  return null;
end
$$;

comment on function tg_participants__delete_signals() is 'Deletes the signals to and from a session that has ended, and stores when its peer_id was last used.';

drop trigger if exists _600_delete_old_signals on participants;
create constraint trigger _600_delete_old_signals after update on participants
deferrable initially deferred for each row when (old.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__delete_signals();
comment on trigger _600_delete_old_signals on participants is 'The same for the old session of a participant who joined again, and of a host who left.';

drop trigger if exists _610_delete_signals on participants;
create constraint trigger _610_delete_signals after delete on participants
deferrable initially deferred for each row when (old.peer_id is not null) execute function tg_participants__delete_signals();
comment on trigger _610_delete_signals on participants is 'At commit, deletes the signals of a seat that was deleted.';

create or replace function tg_participants__update_recorded_seats() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op <> 'DELETE' and new.peer_id is not null then
    if new.kind not in ('person', 'bot') then
      return null;
    end if;
    -- Runs after the join was logged, with the lock on the log, so that a recording that is announced at the same time sees it.
    insert into recorded_seats (recording_id, user_id)
    select r.id, new.user_id from recordings r where r.room_id = new.room_id and r.ended_at is null
    on conflict do nothing;
  else
    -- A participant who leaves before the recording begins is not recorded.
    delete from recorded_seats s using recordings r
    where s.recording_id = r.id and s.user_id = old.user_id and r.room_id = old.room_id
      and r.ended_at is null and r.begins_at > clock_timestamp();
  end if;
  return null;
end
$$;

comment on function tg_participants__update_recorded_seats() is 'Adds participants who join to recorded_seats of the running recording, and removes those who leave before it begins.';

drop trigger if exists _630_update_recorded_seats on participants;
create constraint trigger _630_update_recorded_seats after insert or delete on participants
deferrable initially deferred for each row execute function tg_participants__update_recorded_seats();
comment on trigger _630_update_recorded_seats on participants is 'At commit, updates who may play the running recording.';

drop trigger if exists _640_update_recorded_seats_again on participants;
create constraint trigger _640_update_recorded_seats_again after update on participants
deferrable initially deferred for each row when (new.peer_id is distinct from old.peer_id) execute function tg_participants__update_recorded_seats();
comment on trigger _640_update_recorded_seats_again on participants is 'The same for a host who returns.';

create or replace function tg_participants__assign_node() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  wanted text;
begin
  select r.topology into wanted from rooms r
  where r.id = new.room_id and r.topology <> 'mesh' and r.opened_at is not null and r.ended_at is null
    and not exists (select from assignments a where a.room_id = r.id and a.serves = 'stage');
  if not found then
    return null;
  end if;
  -- This transaction already has the lock on the log. It must not wait for a transaction that assigns nodes, or for a node's old
  -- seat, because that transaction may wait for the log. In that case a node is notified instead, and its heartbeat assigns the room.
  if not exists (select from participants p where p.room_id = new.room_id and p.kind not in ('person', 'bot'))
     and pg_try_advisory_xact_lock(hashtext('roomtone nodes')) then
    perform assign_node(new.room_id);
  else
    perform pg_notify('roomtone', json_build_object('node', n.id)::text) from node_with_capacity(wanted, new.room_id) n where n.id is not null;
  end if;
  return null;
end
$$;

comment on function tg_participants__assign_node() is 'Assigns a room to a node when its first participant joins.';

drop trigger if exists _650_assign_node on participants;
create constraint trigger _650_assign_node after insert on participants
deferrable initially deferred for each row when (new.peer_id is not null and new.kind in ('person', 'bot'))
execute function tg_participants__assign_node();
comment on trigger _650_assign_node on participants is 'At commit, so that an open transaction does not block other assignments.';

drop trigger if exists _660_assign_node_again on participants;
create constraint trigger _660_assign_node_again after update of peer_id on participants
deferrable initially deferred for each row
when (old.peer_id is null and new.peer_id is not null and new.kind in ('person', 'bot'))
execute function tg_participants__assign_node();
comment on trigger _660_assign_node_again on participants is 'The same for a host who returns.';
