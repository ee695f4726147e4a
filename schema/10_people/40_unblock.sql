create or replace function unblock(username text) returns boolean
language plpgsql as $$
declare
  somebody bigint := require_user(unblock.username);
begin
  delete from blocks b where b.user_id = acting_user() and b.blocked_id = somebody;
  return found;
end
$$;

comment on function unblock(text) is 'Meet this person again; false if you had not blocked them.';
