create or replace trigger _050_set_asynchronous_commit before insert or update or delete on signals for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on signals is 'Commits of signals do not wait for the disk.';

create or replace function tg_signals__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  sender participants;
  recipient participants;
begin
  -- An operator in psql may send for any session: from_peer.
  if acting_as_operator() then
    select * into sender from participants p where p.room_id = new.room_id and p.peer_id = new.from_peer;
  else
    select * into sender from participants p where p.room_id = new.room_id and p.user_id = acting_user() and p.peer_id is not null;
  end if;
  if not found or sender.peer_id is distinct from coalesce(new.from_peer, sender.peer_id) then
    raise check_violation using
      message    = format('this session has no seat in room %s', new.room_id),
      constraint = 'signals_sender_is_seated',
      hint       = 'Join the room, and send with the peer_id of your seat.';
  end if;
  select * into recipient from participants p where p.room_id = new.room_id and p.peer_id = new.to_peer;
  if not found or recipient.user_id = sender.user_id then
    raise check_violation using
      message    = format('no other participant of room %s has this peer_id', new.room_id),
      constraint = 'signals_recipient_is_seated',
      hint       = 'They may have left, or joined again with another peer_id.';
  end if;
  -- An invited audience member may accept at any moment, and should then be heard at once, so they may connect before.
  if sender.role = 'AUDIENCE' and recipient.role = 'AUDIENCE' and new.kind in ('offer', 'answer')
     and sender.invited_to_speak_at is null and recipient.invited_to_speak_at is null then
    raise check_violation using
      message    = 'two audience members never connect',
      constraint = 'signals_not_between_audience';
  end if;
  new.from_user := sender.user_id;
  new.from_peer := sender.peer_id;
  new.to_user := recipient.user_id;
  perform require_signal_bounds(sender, new);

  if new.kind = 'offer' then
    if sender.kind in ('sfu', 'mcu') and recipient.kind not in ('sfu', 'mcu') then
      raise check_violation using
        message    = 'a node never sends an offer to a person',
        constraint = 'signals_nodes_never_offer';
    end if;
    if recipient.kind not in ('sfu', 'mcu')
       and coalesce(sender.seq, 9223372036854775807) < coalesce(recipient.seq, 9223372036854775807)
       and not exists (select from signals s
                       where s.room_id = new.room_id and s.from_peer = new.from_peer and s.to_peer = new.to_peer and s.kind = 'answer') then
      raise check_violation using
        message    = 'the newcomer sends the first offer',
        constraint = 'signals_newcomer_offers',
        hint       = 'Of two participants the one whose seat has the larger seq joined later.';
    end if;
  elsif new.kind = 'answer' then
    if not exists (
      select from signals o
      where o.room_id = new.room_id and o.from_peer = new.to_peer and o.to_peer = new.from_peer and o.kind = 'offer'
        and not exists (select from signals a
                        where a.room_id = new.room_id and a.from_peer = new.from_peer and a.to_peer = new.to_peer and a.kind = 'answer' and a.id > o.id)) then
      raise check_violation using
        message    = 'there is no offer to answer',
        constraint = 'signals_answer_has_offer';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_signals__guard() is
  'Both sessions have seats in the room, the newcomer sends the first offer, and an answer follows an offer.';

create or replace trigger _100_guard before insert on signals
for each row execute function tg_signals__guard();
comment on trigger _100_guard on signals is 'Checks the rules of signaling.';

create or replace function tg_signals__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform require_signal_pace(new);
  perform append_event(new.room_id, 'signals', 'INSERT', to_jsonb(new), null, recipient => new.to_user);
  -- Checked again with the lock on the log: the seats may have been deleted, with their signals, while this transaction was open.
  if not exists (select from participants p where p.room_id = new.room_id and p.peer_id = new.to_peer) then
    raise check_violation using
      message    = 'the recipient has just left',
      constraint = 'signals_recipient_is_seated',
      hint       = 'They may have joined again with another peer_id.';
  end if;
  delete from signals s
  where s.id = new.id and not exists (select from participants p where p.room_id = new.room_id and p.peer_id = new.from_peer);
  return null;
end
$$;

comment on function tg_signals__log() is 'Logs a signal for its recipient, who must still have the seat.';

drop trigger if exists _500_log on signals;
create constraint trigger _500_log after insert on signals
deferrable initially deferred for each row execute function tg_signals__log();
comment on trigger _500_log on signals is 'At commit, logs the signal.';
