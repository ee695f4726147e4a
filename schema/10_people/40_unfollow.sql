create or replace function unfollow(username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  followed bigint := require_user(unfollow.username);
begin
  delete from follows f where f.user_id = acting_user() and f.followed_id = followed;
  return found;
end
$$;

comment on function unfollow(text) is 'Stop following a user; false if you did not follow them.';
