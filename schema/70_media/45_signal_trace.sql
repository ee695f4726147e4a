create or replace view signal_trace with (security_barrier) as
select o.room_id, f.username as from_user, t.username as to_user, o.created_at as offered_at,
       answer.created_at as answered_at,
       round(extract(epoch from answer.created_at - o.created_at) * 1000, 1) as answer_ms,
       (select coalesce(sum(case jsonb_typeof(c.body) when 'array' then jsonb_array_length(c.body) else 1 end), 0)
        from signals c
        where c.room_id = o.room_id and c.kind = 'candidate' and c.id > o.id and (next_offer.id is null or c.id < next_offer.id)
          and ((c.from_peer = o.from_peer and c.to_peer = o.to_peer) or (c.from_peer = o.to_peer and c.to_peer = o.from_peer))
       ) as candidates,
       connected.created_at as connected_at,
       round(extract(epoch from connected.created_at - o.created_at) * 1000, 1) as connected_ms,
       (connected.body ->> 'local') || ' - ' || (connected.body ->> 'remote') as path,
       o.from_peer, o.to_peer
from signals o
left join users f on f.id = o.from_user
left join users t on t.id = o.to_user
left join lateral (
  select s.id from signals s
  where s.room_id = o.room_id and s.kind = 'offer' and s.id > o.id
    and ((s.from_peer = o.from_peer and s.to_peer = o.to_peer) or (s.from_peer = o.to_peer and s.to_peer = o.from_peer))
  order by s.id limit 1) next_offer on true
left join lateral (
  select s.created_at from signals s
  where s.room_id = o.room_id and s.from_peer = o.to_peer and s.to_peer = o.from_peer and s.kind = 'answer' and s.id > o.id
    and (next_offer.id is null or s.id < next_offer.id)
  order by s.id limit 1) answer on true
left join lateral (
  select s.created_at, s.body from signals s
  where s.room_id = o.room_id and s.from_peer = o.from_peer and s.to_peer = o.to_peer and s.kind = 'connected' and s.id > o.id
    and (next_offer.id is null or s.id < next_offer.id)
  order by s.id limit 1) connected on true
where o.kind = 'offer' and (acting_as_operator() or acting_user() in (o.from_user, o.to_user))
order by o.id;

comment on view signal_trace is
  'The connections being set up: who sent an offer to whom, when it was answered, when audio could flow: select * from signal_trace where room_id = 1 \watch 1';
comment on column signal_trace.room_id is 'The room.';
comment on column signal_trace.from_user is 'The user who sent the offer.';
comment on column signal_trace.to_user is 'The user who received the offer.';
comment on column signal_trace.offered_at is 'When the offer was sent.';
comment on column signal_trace.answered_at is 'When the answer was sent.';
comment on column signal_trace.answer_ms is 'Milliseconds from offer to answer.';
comment on column signal_trace.candidates is 'Number of ICE candidates sent by both sides since the offer.';
comment on column signal_trace.connected_at is 'When the side that offered reported that audio can flow.';
comment on column signal_trace.connected_ms is 'Milliseconds from offer to connected.';
comment on column signal_trace.path is 'Types of the candidates in use, local - remote (RFC 8445, 5.1.1): host, srflx, prflx or relay.';
comment on column signal_trace.from_peer is 'Session that sent the offer.';
comment on column signal_trace.to_peer is 'Session that received the offer.';
