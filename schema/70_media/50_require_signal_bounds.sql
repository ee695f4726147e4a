create or replace function require_signal_bounds(sender participants, signal signals) returns void
language plpgsql as $$
declare
  size constant int := pg_column_size(signal.body);
  waiting record;
begin
  if size > 65536 then
    raise check_violation using
      message    = format('a signal has at most 64 KiB, and this one %s', pg_size_pretty(size::bigint)),
      constraint = 'signals_body_is_bounded';
  end if;
  -- Signals from one session to another are kept for snapshots, until relay_delete_old_rows deletes them.
  select count(*) as signals, coalesce(sum(pg_column_size(s.body)), 0) as bytes into waiting
  from signals s where s.room_id = signal.room_id and s.from_peer = sender.peer_id and s.to_peer = signal.to_peer;
  if waiting.signals >= 500 or waiting.bytes + size > 524288 then
    raise check_violation using
      message    = 'too many signals to this session are kept',
      constraint = 'signals_wait_in_bounds',
      hint       = 'Up to 500 signals and 512 KiB from one session to another. They are deleted after some minutes, or when you join again.';
  end if;
end
$$;

comment on function require_signal_bounds(participants, signals) is
  'Raises if the signal is larger than 64 KiB, or too many from this session to the other are kept.';
