create or replace function require_signal_pace(signal signals) returns void
language plpgsql as $$
begin
  -- Not for media nodes, which the operator runs, and which answer whole rooms at once. Each signal costs 50 ms, and a second for each 64 KiB.
  if not acting_as_operator()
     and not spend_pace(0, signal.from_user, 'signals', make_interval(secs => 0.05 + pg_column_size(signal.body) / 65536.0), '60 seconds')
     and not exists (select from users u where u.id = signal.from_user and u.kind = 'node') then
    raise check_violation using
      message    = 'too many signals in a short time',
      constraint = 'signals_come_slowly',
      hint       = 'Up to 1,200 at once, or fewer large ones (64 KiB count as 20 more), and then 20 in a second. Wait a moment and try again.';
  end if;
end
$$;

comment on function require_signal_pace(signals) is
  'Raises if a user sends too many signals in a short time; joining a mesh of 50 participants is far below the limit. Called at commit, so that an open transaction blocks no other.';
