create or replace function enable_user(username text) returns boolean
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update users u set disabled_at = null where u.id = user_to_disable(enable_user.username) and u.disabled_at is not null;
  return found;
end
$$;

comment on function enable_user(text) is 'Site moderators and the operator: allow a disabled user again. False if they were not disabled.';
