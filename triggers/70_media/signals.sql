create or replace trigger _050_set_asynchronous_commit before insert or update or delete on signals for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on signals is 'Commits of signals do not wait for the disk.';

create or replace function tg_signals__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  size constant int := pg_column_size(new.body);
  sender_id constant bigint := acting_user();
  operator constant boolean := acting_as_operator();
  pair record;
begin
  if size > 65536 then
    raise check_violation using
      message    = format('a signal has at most 64 KiB, and this one %s', pg_size_pretty(size::bigint)),
      constraint = 'signals_body_is_limited',
      hint       = 'Send candidates in several signals.';
  end if;
  if not signal_is_w3c(new.kind, new.body) then
    raise check_violation using
      message    = format('this is not the body of a signal of the kind %L', new.kind),
      constraint = 'signals_body_has_the_w3c_form',
      hint       = 'An offer and an answer have type and sdp, a candidate has a candidate string, others are objects.';
  end if;
  if new.from_peer is null then
    new.from_peer := (select p.peer_id from participants p where p.room_id = new.room_id and p.user_id = sender_id);
  end if;
  -- One query, because this runs for every signal: both seats, and what waits from the one session for the other.
  -- An operator in psql may send for any session.
  select s.user_id as from_user, s.kind as from_kind, s.seq as from_seq, s.role as from_role, s.invited_to_speak_at as from_invited_at, s.edge as from_edge, s.offers as from_offers,
         r.user_id as to_user, r.kind as to_kind, r.seq as to_seq, r.role as to_role, r.invited_to_speak_at as to_invited_at, r.edge as to_edge,
         new.kind = 'offer' and ((s.kind in ('person', 'bot') and s.signing_key is null) or (r.kind in ('person', 'bot') and r.signing_key is null))
           and (select e.encrypted from rooms e where e.id = s.room_id) as without_keys,
         w.signals, w.bytes
  into pair
  from participants s
    left join participants r on r.peer_id = new.to_peer and r.room_id = new.room_id and r.user_id <> s.user_id
    cross join lateral (select count(*) as signals, coalesce(sum(pg_column_size(x.body)), 0) as bytes from signals x
                        where x.room_id = new.room_id and x.from_peer = new.from_peer and x.to_peer = new.to_peer) w
  where s.peer_id = new.from_peer and s.room_id = new.room_id and (operator or s.user_id = sender_id);
  if not found then
    raise check_violation using
      message    = 'this session has no seat in this room',
      constraint = 'signals_sender_is_seated',
      hint       = 'Join the room, and send with the peer_id of your seat.';
  end if;
  if pair.to_user is null then
    raise check_violation using
      message    = 'no other participant of this room has this peer_id',
      constraint = 'signals_recipient_is_seated',
      hint       = 'They may have left, or joined again with another peer_id.';
  end if;
  -- An invited audience member may accept at any moment, and should then be heard at once, so they may connect before.
  if pair.from_role = 'AUDIENCE' and pair.to_role = 'AUDIENCE' and new.kind in ('offer', 'answer')
     and pair.from_invited_at is null and pair.to_invited_at is null then
    raise check_violation using
      message    = 'two audience members never connect',
      constraint = 'signals_not_between_audience',
      hint       = 'Connect when one of you is on stage, or invited to speak.';
  end if;
  if 'edge' in (pair.from_kind, pair.to_kind) and new.kind <> 'bye'
     and pair.from_edge is distinct from new.to_peer and pair.to_edge is distinct from new.from_peer then
    raise check_violation using
      message    = 'an edge connects only with the listeners whose seat names it',
      constraint = 'signals_edge_serves_the_listener',
      hint       = 'Connect with the edge that your seat names, or with the node of the stage if it names none.';
  end if;
  new.from_user := pair.from_user;
  new.to_user := pair.to_user;
  -- Signals are kept for snapshots, until relay_delete_old_rows deletes them.
  if pair.signals >= 500 or pair.bytes + size > 524288 then
    raise check_violation using
      message    = 'too many signals to this session are kept',
      constraint = 'signals_waiting_are_limited',
      hint       = 'Up to 500 signals and 512 KiB from one session to another. They are deleted after some minutes, or when you join again.';
  end if;

  if new.kind = 'offer' then
    if pair.without_keys then
      raise check_violation using
        message    = 'in an encrypted room only sessions with keys connect',
        constraint = 'signals_encrypted_sessions_have_keys',
        hint       = 'Without keys one would hear only noise. Both sides first write signing_key and agreement_key to their seat, as browsers do.';
    end if;
    if pair.to_kind = 'edge' and not pair.from_offers then
      raise check_violation using
        message    = 'an edge sends the offer, except to programs that listen by WHEP',
        constraint = 'signals_edge_offers',
        hint       = 'Wait for its offer. To get a new one, send it a bye.';
    end if;
    if pair.from_kind in ('sfu', 'mcu') and pair.to_kind in ('person', 'bot') then
      raise check_violation using
        message    = 'a node never sends an offer to a person',
        constraint = 'signals_nodes_never_offer',
        hint       = 'Wait for the offer of the participant.';
    end if;
    if pair.to_kind not in ('sfu', 'mcu', 'edge') and pair.from_kind <> 'edge'
       and coalesce(pair.from_seq, 9223372036854775807) < coalesce(pair.to_seq, 9223372036854775807)
       and not exists (select from signals s
                       where s.room_id = new.room_id and s.from_peer = new.from_peer and s.to_peer = new.to_peer and s.kind = 'answer')
       -- While the roster is counted, nobody on stage knows the audience, so the audience offers.
       and not (pair.from_role = 'AUDIENCE' and (pair.to_role <> 'AUDIENCE' or pair.to_invited_at is not null)
                and exists (select from rooms r where r.id = new.room_id and r.roster = 'counted')) then
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
        constraint = 'signals_answer_has_offer',
        hint       = 'Each offer is answered once. Send an offer, or wait for one.';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_signals__guard() is
  'Both sessions have seats in the room, what waits from one to the other is bounded, the newcomer (or the edge of a listener) sends the first offer, in an encrypted room only sessions with keys do, and an answer follows an offer.';

create or replace trigger _100_guard before insert on signals
for each row execute function tg_signals__guard();
comment on trigger _100_guard on signals is 'Checks the rules of signaling.';

create or replace function tg_signals__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  in_time boolean;
  seated record;
  seat jsonb;
  new_seq bigint;
begin
  -- At commit, so that an open transaction blocks no other. Not for media nodes, which the operator runs, and which answer whole
  -- rooms at once. Each signal costs 50 ms, and a second for each 64 KiB; joining a mesh of 50 participants is far below the limit.
  if not acting_as_operator() then
    -- Apart from the query below, because PL/pgSQL evaluates an expression without one in a fraction of the time.
    in_time := spend_pace(0, new.from_user, 'signals', make_interval(secs => 0.05 + pg_column_size(new.body) / 65536.0), '60 seconds');
    if not in_time and not exists (select from users u where u.id = new.from_user and u.kind = 'node') then
      raise check_violation using
        message    = 'too many signals in a short time',
        constraint = 'signals_are_rate_limited',
        hint       = 'Up to 1,200 at once, or fewer large ones (64 KiB count as 20 more), and then 20 in a second. Wait a moment and try again.';
    end if;
  end if;
  if new.kind = 'offer' then
    -- While the roster is counted, the recipient learns by the offer of a seat in the audience.
    select jsonb_build_object('seat', seat_record(p)) into seat
    from participants p join logs l on l.room_id = p.room_id
    where p.peer_id = new.from_peer and l.counted and p.role = 'AUDIENCE' and p.hand_raised_at is null and p.invited_to_speak_at is null;
  end if;
  new_seq := append_event(new.room_id, 'signals', 'INSERT', case when seat is null then to_jsonb(new) else to_jsonb(new) || seat end, null, recipient => new.to_user);
  -- Checked again with the lock on the log: the seats may have been deleted, with their signals, while this transaction was open.
  select (select true from participants p where p.peer_id = new.to_peer and p.room_id = new.room_id) as recipient,
         (select true from participants p where p.peer_id = new.from_peer and p.room_id = new.room_id) as sender into seated;
  if seated.recipient is not true then
    raise check_violation using
      message    = 'the recipient has just left',
      constraint = 'signals_recipient_is_seated',
      hint       = 'They may have joined again with another peer_id.';
  end if;
  if seated.sender is not true then
    delete from signals s where s.id = new.id;
  end if;
  return null;
end
$$;

comment on function tg_signals__log() is 'Logs a signal for its recipient, who must still have the seat. Refuses signals that a user sends too fast.';

drop trigger if exists _500_log on signals;
create constraint trigger _500_log after insert on signals
deferrable initially deferred for each row execute function tg_signals__log();
comment on trigger _500_log on signals is 'At commit, logs the signal.';
