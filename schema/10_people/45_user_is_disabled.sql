create or replace function user_is_disabled(user_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from users u where u.id = user_is_disabled.user_id and u.disabled_at is not null);

comment on function user_is_disabled(bigint) is 'Whether this user is disabled.';
