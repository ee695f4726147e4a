create or replace function limit_new_users(address text, per_hour int, hint text) returns void
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  if not spend_pace(0, 0, 'users of ' || left(limit_new_users.address, 100), interval '1 hour' / limit_new_users.per_hour, '1 hour') then
    raise configuration_limit_exceeded using
      message    = format('more than %s new users of one address in an hour', limit_new_users.per_hour),
      constraint = 'users_are_rate_limited',
      hint       = limit_new_users.hint;
  end if;
end
$$;

comment on function limit_new_users(text, int, text) is
  'Counts a new user of this address, by each way to sign in. Raises that the address has had too many in this hour; the hint says what to do instead.';
