-- The role that was asked for (SET ROLE, or else the login) stays what it was inside a SECURITY DEFINER function, while
-- current_user does not. So a user's role without claims is nobody there, too, and the relay's login is the schema
-- itself where it runs one of the functions it may call, and nobody anywhere else.
create or replace function acting_as_operator() returns boolean
language sql stable parallel safe
return case
  when acting_user() is not null then false
  when coalesce(nullif(current_setting('role'), 'none'), session_user) = 'roomtone_relay' then current_user <> 'roomtone_relay'
  else pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user)::name,
                   (select n.nspowner from pg_namespace n where n.nspname = 'roomtone'), 'usage')
end;

comment on function acting_as_operator() is
  'Whether nobody''s rights apply: the owner of the schema or a superuser acts as no user (or the schema itself does, in a function that relays call). Nothing else decides this: acting_user() is null also for a visitor, for a login with grants of its own, and for a user''s role without claims.';
