create or replace function require_user(username text) returns bigint
language plpgsql stable as $$
declare
  somebody bigint;
begin
  select u.id into somebody from users u where name_key(u.username) = name_key(require_user.username);
  if not found then
    raise no_data_found using
      message    = format('nobody is called %L', require_user.username),
      constraint = 'users_is_known',
      hint       = 'select username from users; lists everybody.';
  end if;
  return somebody;
end
$$;

comment on function require_user(text) is 'The id of whoever has this name; raises P0002 with users_is_known if nobody does.';
