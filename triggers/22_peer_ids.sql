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

create or replace trigger _300_use_peer_id after insert on participants
for each row when (new.peer_id is not null) execute function tg_participants__use_peer_id();
comment on trigger _300_use_peer_id on participants is 'Writes the session''s peer_id down, once.';

create or replace trigger _300_use_new_peer_id after update of peer_id on participants
for each row when (new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__use_peer_id();
comment on trigger _300_use_new_peer_id on participants is 'So for a seat that is taken anew.';

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

drop trigger if exists _600_forget_signals on participants;
create constraint trigger _600_forget_signals after delete on participants
deferrable initially deferred for each row when (old.peer_id is not null) execute function tg_participants__forget_signals();
comment on trigger _600_forget_signals on participants is 'At commit, the signals of a seat that was given up are deleted.';

drop trigger if exists _600_forget_old_signals on participants;
create constraint trigger _600_forget_old_signals after update on participants
deferrable initially deferred for each row when (old.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__forget_signals();
comment on trigger _600_forget_old_signals on participants is 'So are those of a session whose seat was taken anew, or kept empty for the host.';
