create or replace function act_as(username text) returns text
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  actor_id bigint;
  actor_name text;
begin
  if session_user = 'roomtone_relay' or coalesce(current_setting('roomtone.node', true), '') <> '' then
    raise insufficient_privilege using
      message = 'act_as is only for people in psql',
      hint    = 'POST /session signs in over HTTP.';
  end if;
  if act_as.username is null then
    perform set_config('request.jwt.claims', '', false), set_config('role', 'none', false);
    return 'yourself, the operator';
  end if;
  select u.id, u.username into actor_id, actor_name from users u where u.id = require_user(act_as.username);
  perform set_config('request.jwt.claims', jsonb_build_object('sub', actor_id::text, 'role', 'roomtone_person')::text, false),
          set_config('role', 'roomtone_person', false);
  return actor_name;
end
$$;

comment on function act_as(text) is
  'In psql: act as this user, with their rights only, until act_as(null), which makes you the operator again. A disabled user, too: that is not the user''s way in, but yours.';
