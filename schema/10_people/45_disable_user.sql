create or replace function disable_user(username text) returns boolean
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update users u set disabled_at = now() where u.id = user_to_disable(disable_user.username) and u.disabled_at is null;
  return found;
end
$$;

comment on function disable_user(text) is
  'Site moderators and the operator: refuse a user everywhere from now on. They leave every room, their streams end, and no token of theirs counts. False if they were disabled already.';
