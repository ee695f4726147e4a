-- Inside a SECURITY DEFINER function current_user is the owner of the schema, but the role that was set with SET ROLE (or else
-- the login) is still known. So a user's role without claims has no operator's rights there either, and the relay's login
-- has them only inside the functions that it may call. The owner is who may grant the right to create in the schema. To look the
-- owner up would be a query, and PostgreSQL makes a function with a query in it no part of its caller: that costs more than all the rest.
create or replace function acting_as_operator() returns boolean
language sql stable parallel safe
return case
  when acting_user() is not null then false
  when coalesce(nullif(current_setting('role'), 'none'), session_user) = 'roomtone_relay' then current_user <> 'roomtone_relay'
  else has_schema_privilege(coalesce(nullif(current_setting('role'), 'none'), session_user)::name, 'roomtone', 'create with grant option')
end;

comment on function acting_as_operator() is
  'Whether the owner of the schema or a superuser acts, and not as a user, so that no rule about users applies. Also true inside functions that relays call. acting_user() is null does not mean this: it is null for anonymous users, other logins and a user''s role without claims, too.';
