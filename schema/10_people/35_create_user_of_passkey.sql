create or replace function create_user_of_passkey(username text) returns users
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  created users;
begin
  insert into users (username) values (create_user_of_passkey.username) on conflict do nothing returning * into created;
  if found then
    return created;
  elsif exists (select from users u where name_key(u.username) = name_key(create_user_of_passkey.username)) then
    raise unique_violation using
      message    = 'somebody has this name already',
      constraint = 'users_username_is_unique',
      hint       = 'Choose another name.';
  end if;
  raise unique_violation using
    message    = 'this name looks like that of another user',
    constraint = 'users_username_looks_like_no_other',
    hint       = 'Choose another name.';
end
$$;

comment on function create_user_of_passkey(text) is 'Creates the person of this name for an account with a passkey. Unlike in the demo, a name that is known is refused.';
