create or replace trigger _050_set_asynchronous_commit before insert or update or delete on sender_keys for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on sender_keys is 'Commits of keys do not wait for the disk.';

create or replace function tg_sender_keys__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  sender_id constant bigint := acting_user();
  operator constant boolean := acting_as_operator();
  pair record;
begin
  if new.from_peer is null then
    new.from_peer := (select p.peer_id from participants p where p.room_id = new.room_id and p.user_id = sender_id);
  end if;
  select s.user_id as from_user, s.signing_key, s.role, s.invited_to_speak_at, r.user_id as to_user,
         (select max(k.kid) from sender_keys k where k.from_peer = new.from_peer and k.to_peer = new.to_peer) as last
  into pair
  from participants s
    left join participants r on r.peer_id = new.to_peer and r.room_id = new.room_id and r.user_id <> s.user_id and r.agreement_key is not null
  where s.peer_id = new.from_peer and s.room_id = new.room_id and (operator or s.user_id = sender_id);
  if not found or pair.signing_key is null then
    raise check_violation using
      message    = 'this session has no seat with keys in this room',
      constraint = 'sender_keys_sender_has_keys',
      hint       = 'Join an encrypted room, and write signing_key and agreement_key to your seat first.';
  end if;
  if pair.role = 'AUDIENCE' and pair.invited_to_speak_at is null then
    raise check_violation using
      message    = 'only who may speak gives keys',
      constraint = 'sender_keys_sender_may_speak',
      hint       = 'A listener needs none: they are the keys of what one says. Who is invited to speak may give them before.';
  end if;
  if pair.to_user is null then
    raise check_violation using
      message    = 'no other session with keys has this peer_id in this room',
      constraint = 'sender_keys_recipient_has_keys',
      hint       = 'They may have left, or joined again with another peer_id.';
  end if;
  if new.kid <= pair.last then
    raise check_violation using
      message    = 'the number of a key is larger than those before',
      constraint = 'sender_keys_are_numbered_upward',
      hint       = 'Each new key of a session has a larger kid, so that an old row cannot be used again.';
  end if;
  new.from_user := pair.from_user;
  new.to_user := pair.to_user;
  return new;
end
$$;

comment on function tg_sender_keys__guard() is 'Both sessions have keys and seats in the room, the sender may speak, and the number of a key is larger than those before.';

create or replace trigger _100_guard before insert on sender_keys
for each row execute function tg_sender_keys__guard();
comment on trigger _100_guard on sender_keys is 'Checks who gives whom a key.';

create or replace function tg_sender_keys__limit() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from sender_keys k where k.id in (
    select o.id from sender_keys o where o.from_peer = new.from_peer and o.to_peer = new.to_peer order by o.kid desc offset 1);
  return new;
end
$$;

comment on function tg_sender_keys__limit() is 'Keeps, beside the new one, the newest key that this session gave the other: the last frames with it may still be on their way.';

create or replace trigger _160_limit before insert on sender_keys
for each row execute function tg_sender_keys__limit();
comment on trigger _160_limit on sender_keys is 'Two rows for each pair of sessions, of which a room has few.';

create or replace trigger _170_pace before insert on sender_keys
for each row execute function tg_pace('sender_keys_are_rate_limited', '2000', '1 minute');
comment on trigger _170_pace on sender_keys is 'Rate limit: 2000 per user in 1 minute: a new key for 50 people every 1.5 seconds, which is as often as browsers make one.';

create or replace function tg_sender_keys__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(new.room_id, 'sender_keys', 'INSERT', to_jsonb(new), null, recipient => new.to_user);
  -- Checked again with the lock on the log: while this transaction was open a session may have ended, and its keys were deleted.
  delete from sender_keys k where k.id = new.id
    and (select count(*) from participants p where p.room_id = new.room_id and p.peer_id in (new.from_peer, new.to_peer)) < 2;
  return null;
end
$$;

comment on function tg_sender_keys__log() is 'Logs a key for its recipient. If one of the two has left meanwhile, the row is deleted.';

drop trigger if exists _500_log on sender_keys;
create constraint trigger _500_log after insert on sender_keys
deferrable initially deferred for each row execute function tg_sender_keys__log();
comment on trigger _500_log on sender_keys is 'At commit, logs the key.';
