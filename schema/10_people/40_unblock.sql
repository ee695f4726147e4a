create or replace function unblock(username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  blocked bigint := require_user(unblock.username);
begin
  delete from blocks b where b.user_id = acting_user() and b.blocked_id = blocked;
  return found;
end
$$;

comment on function unblock(text) is 'Stop blocking a user; false if you had not blocked them.';
