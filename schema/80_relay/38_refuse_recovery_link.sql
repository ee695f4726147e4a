create or replace function refuse_recovery_link() returns void
language plpgsql as $$
begin
  raise insufficient_privilege using
    message    = 'this link has been used, has expired, or a newer one was made',
    constraint = 'recovery_links_are_used_once',
    hint       = 'Ask who runs this site for another.';
end
$$;

comment on function refuse_recovery_link() is 'Raises that a recovery link does not count.';
