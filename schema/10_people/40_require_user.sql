create or replace function require_user(username text) returns bigint
language plpgsql stable as $$
declare
  found_id bigint;
begin
  select u.id into found_id from roomtone.users u where roomtone.name_key(u.username) = roomtone.name_key(require_user.username);
  if not found then
    raise no_data_found using
      message    = format('there is no user called %L', require_user.username),
      constraint = 'users_is_known',
      hint       = 'List the names with: select username from users;';
  end if;
  return found_id;
end
$$;

comment on function require_user(text) is 'The id of the user with this name, in any spelling (name_key). Raises P0002 with users_is_known if there is none.';
