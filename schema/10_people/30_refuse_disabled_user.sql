create or replace function refuse_disabled_user() returns void
language plpgsql as $$
begin
  raise invalid_authorization_specification using
    message    = 'this account is disabled',
    constraint = 'users_are_not_disabled',
    hint       = 'The operator may allow it again: select enable_user(…).';
end
$$;

comment on function refuse_disabled_user() is 'Raises that the account is disabled, for every way to sign in or to use a token.';
