create or replace function waiting_signals(room_id bigint, user_id bigint, peer_id uuid) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  -- The sender of an older offer sends it again if no connection comes about.
  return coalesce((
    select jsonb_agg(to_jsonb(s) order by s.id) from signals s
    where s.room_id = waiting_signals.room_id and s.to_user = waiting_signals.user_id and s.to_peer = waiting_signals.peer_id
      and s.id in (select kept_signals(waiting_signals.peer_id))), '[]');
end
$$;

comment on function waiting_signals(bigint, bigint, uuid) is 'The part of a room''s snapshot that is for one session only: the signals to it.';
