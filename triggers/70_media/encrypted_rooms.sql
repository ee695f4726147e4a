-- Triggers on rooms and participants: rooms whose audio browsers encrypt end to end. Elsewhere: that such a room is no MCU and not broadcast
-- (tg_rooms__guard_topology, tg_rooms__guard_broadcast), nor recorded (tg_recordings__guard_start); that bots may not join, and that there are
-- few people (require_encrypted_place); who may connect (tg_signals__guard).

create or replace function tg_rooms__keep_encrypted() returns trigger
language plpgsql as $$
begin
  raise check_violation using
    message    = 'whether a room is encrypted is chosen when it is made',
    constraint = 'rooms_encryption_is_chosen_at_first',
    hint       = 'End this room, and start another one. So all who are in a room know that it stays as it is.';
end
$$;

comment on function tg_rooms__keep_encrypted() is 'Refuses to change whether a room is encrypted.';

create or replace trigger _180_keep_encrypted before update of encrypted on rooms
for each row when (new.encrypted is distinct from old.encrypted) execute function tg_rooms__keep_encrypted();
comment on trigger _180_keep_encrypted on rooms is 'A room stays encrypted, or not.';

create or replace function tg_participants__guard_program() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if exists (select from rooms r where r.id = new.room_id and r.encrypted) then
    raise check_violation using
      message    = 'the audio of this room is encrypted end to end, which programs of WHIP and WHEP cannot do',
      constraint = 'participants_encrypt_their_audio',
      hint       = 'Enter it with a browser.';
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_program() is 'Refuses sessions by WHIP (served_directly) and WHEP (offers) in encrypted rooms.';

create or replace trigger _155_guard_program before insert or update of served_directly, offers on participants
for each row when (new.served_directly or new.offers) execute function tg_participants__guard_program();
comment on trigger _155_guard_program on participants is 'Keeps programs without keys out of encrypted rooms.';

create or replace function tg_participants__guard_keys() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if (new.signing_key, new.agreement_key) is not distinct from (old.signing_key, old.agreement_key) then -- of a new seat, old is null
    return new;
  end if;
  if acting_user() <> new.user_id then -- null for the operator
    raise insufficient_privilege using
      message    = 'you cannot write the keys of another participant',
      constraint = 'participants_make_their_own_keys',
      hint       = 'Only who has the seat writes signing_key and agreement_key.';
  end if;
  if new.peer_id is null or new.kind <> 'person' or not exists (select from rooms r where r.id = new.room_id and r.encrypted) then
    raise check_violation using
      message    = 'only a person''s session in an encrypted room has keys',
      constraint = 'participants_keys_are_for_encrypted_rooms',
      hint       = 'Whether a room is encrypted is chosen when it is made (rooms.encrypted).';
  end if;
  if old.signing_key is not null and new.peer_id = old.peer_id then
    raise check_violation using
      message    = 'a session keeps its keys',
      constraint = 'participants_session_keeps_its_keys',
      hint       = 'Join again to use other ones.';
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_keys() is 'Keys are written once in a session, by its user, and in encrypted rooms only.';

create or replace trigger _165_guard_keys before update of signing_key, agreement_key on participants
for each row execute function tg_participants__guard_keys();
comment on trigger _165_guard_keys on participants is 'Checks who writes the keys of a session, and when.';

-- Apart, because this condition skips it for every seat without keys, and an update may take keys away.
create or replace trigger _175_guard_keys_of_new_seat before insert on participants
for each row when (num_nonnulls(new.signing_key, new.agreement_key) > 0) execute function tg_participants__guard_keys();
comment on trigger _175_guard_keys_of_new_seat on participants is 'The same for a seat that is inserted with keys.';

create or replace function tg_participants__forget_keys() returns trigger
language plpgsql as $$
begin
  if (new.signing_key, new.agreement_key) is not distinct from (old.signing_key, old.agreement_key) then
    new.signing_key := null;
    new.agreement_key := null;
  end if;
  return new;
end
$$;

comment on function tg_participants__forget_keys() is 'Keys are those of one session.';

create or replace trigger _305_forget_keys before update of peer_id on participants
for each row when (old.signing_key is not null and new.peer_id is distinct from old.peer_id) execute function tg_participants__forget_keys();
comment on trigger _305_forget_keys on participants is 'A participant who joins again, and a host who leaves, have the keys of the old session no more.';

create or replace function tg_participants__delete_sender_keys() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from sender_keys k where k.to_peer = old.peer_id;
  delete from sender_keys k where k.from_peer = old.peer_id;
  return null;
end
$$;

comment on function tg_participants__delete_sender_keys() is 'Deletes the keys from and for a session that has ended.';

drop trigger if exists _605_delete_old_sender_keys on participants;
create constraint trigger _605_delete_old_sender_keys after update on participants
deferrable initially deferred for each row when (old.signing_key is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__delete_sender_keys();
comment on trigger _605_delete_old_sender_keys on participants is 'The same for the old session of a participant who joined again, and of a host who left.';

drop trigger if exists _615_delete_sender_keys on participants;
create constraint trigger _615_delete_sender_keys after delete on participants
deferrable initially deferred for each row when (old.signing_key is not null)
execute function tg_participants__delete_sender_keys();
comment on trigger _615_delete_sender_keys on participants is 'At commit, after the leaving was logged, deletes the keys of a seat that was deleted.';
