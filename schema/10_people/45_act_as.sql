create or replace function act_as(username text) returns text
language plpgsql as $$
declare
  actor users;
begin
  if session_user = 'roomtone_relay' or coalesce(current_setting('roomtone.node', true), '') <> '' then
    raise insufficient_privilege using
      message = 'act_as is for people in psql',
      hint    = 'POST /session signs in over HTTP.';
  end if;
  if act_as.username is null then
    perform set_config('request.jwt.claims', '', false), set_config('role', 'none', false);
    return 'yourself, the operator';
  end if;
  select * into actor from users u where name_key(u.username) = name_key(act_as.username);
  if not found then
    raise no_data_found using
      message = format('nobody is called %L', act_as.username),
      hint    = 'select username from users; lists everybody.';
  end if;
  perform set_config('request.jwt.claims', jsonb_build_object('sub', actor.id::text, 'role', 'roomtone_person')::text, false),
          set_config('role', 'roomtone_person', false);
  return actor.username;
end
$$;

comment on function act_as(text) is
  'In psql: be this user until further notice, with their rights and no more. act_as(null) is you again.';
