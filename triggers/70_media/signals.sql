create or replace function tg_signals__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  sender participants;
  recipient participants;
begin
  -- Without a user acting, an operator in psql signals for whoever's session from_peer is.
  if acting_as_operator() then
    select * into sender from participants p where p.room_id = new.room_id and p.peer_id = new.from_peer;
  else
    select * into sender from participants p where p.room_id = new.room_id and p.user_id = acting_user() and p.peer_id is not null;
  end if;
  if not found or sender.peer_id is distinct from coalesce(new.from_peer, sender.peer_id) then
    raise check_violation using
      message    = format('this session holds no seat in room %s', new.room_id),
      constraint = 'signals_sender_is_seated',
      hint       = 'Join the room, and send as the peer_id you were given.';
  end if;
  select * into recipient from participants p where p.room_id = new.room_id and p.peer_id = new.to_peer;
  if not found or recipient.user_id = sender.user_id then
    raise check_violation using
      message    = format('nobody else in room %s goes by this peer_id', new.room_id),
      constraint = 'signals_recipient_is_seated',
      hint       = 'They may have left, or joined anew under another one.';
  end if;
  -- Whoever is invited to speak may say yes at any moment, and is heard at once by those they are connected with.
  if sender.role = 'AUDIENCE' and recipient.role = 'AUDIENCE' and new.kind in ('offer', 'answer')
     and sender.invited_to_speak_at is null and recipient.invited_to_speak_at is null then
    raise check_violation using
      message    = 'audience and audience never connect',
      constraint = 'signals_not_between_audience';
  end if;
  new.from_user := sender.user_id;
  new.from_peer := sender.peer_id;
  new.to_user := recipient.user_id;
  perform require_signal_bounds(sender, new);

  if new.kind = 'offer' then
    if sender.kind in ('sfu', 'mcu') and recipient.kind not in ('sfu', 'mcu') then
      raise check_violation using
        message    = 'a node answers, it never offers to a person',
        constraint = 'signals_nodes_never_offer';
    end if;
    if recipient.kind not in ('sfu', 'mcu')
       and coalesce(sender.seq, 9223372036854775807) < coalesce(recipient.seq, 9223372036854775807)
       and not exists (select from signals s
                       where s.room_id = new.room_id and s.from_peer = new.from_peer and s.to_peer = new.to_peer and s.kind = 'answer') then
      raise check_violation using
        message    = 'the newcomer offers first',
        constraint = 'signals_newcomer_offers',
        hint       = 'Of two people the one whose seat has the larger seq joined later.';
    end if;
  elsif new.kind = 'answer' then
    if not exists (
      select from signals o
      where o.room_id = new.room_id and o.from_peer = new.to_peer and o.to_peer = new.from_peer and o.kind = 'offer'
        and not exists (select from signals a
                        where a.room_id = new.room_id and a.from_peer = new.from_peer and a.to_peer = new.to_peer and a.kind = 'answer' and a.id > o.id)) then
      raise check_violation using
        message    = 'there is no offer left to answer',
        constraint = 'signals_answer_has_offer';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_signals__guard() is
  'Both ends sit in the room under these peer_ids, the newcomer offers, an answer answers something.';

create or replace trigger _100_guard before insert on signals
for each row execute function tg_signals__guard();
comment on trigger _100_guard on signals is 'The rules of signaling.';

create or replace trigger _200_set_asynchronous_commit before insert or update or delete on signals for each statement execute function tg_set_asynchronous_commit();
comment on trigger _200_set_asynchronous_commit on signals is 'Presence and signals never wait for the disk.';

create or replace function tg_signals__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform require_signal_pace(new);
  perform append_event(new.room_id, 'signals', 'INSERT', to_jsonb(new), null, recipient => new.to_user);
  -- Asked again under the log's lock: a seat that was given up while this transaction was open took its signals along.
  if not exists (select from participants p where p.room_id = new.room_id and p.peer_id = new.to_peer) then
    raise check_violation using
      message    = 'who it was for has just left',
      constraint = 'signals_recipient_is_seated',
      hint       = 'They may have joined anew under another peer_id.';
  end if;
  delete from signals s
  where s.id = new.id and not exists (select from participants p where p.room_id = new.room_id and p.peer_id = new.from_peer);
  return null;
end
$$;

comment on function tg_signals__log() is 'A signal enters the log for its recipient alone, who still has the seat.';

drop trigger if exists _500_log on signals;
create constraint trigger _500_log after insert on signals
deferrable initially deferred for each row execute function tg_signals__log();
comment on trigger _500_log on signals is 'At commit, the signal enters the room''s log.';
