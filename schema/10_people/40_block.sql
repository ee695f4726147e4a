create or replace function block(username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  blocked bigint := require_user(block.username);
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'you must be signed in to block a user',
      hint    = 'In psql: select act_as(''rick'');';
  elsif blocked = acting_user() then
    raise check_violation using
      message    = 'you cannot block yourself',
      constraint = 'blocks_not_yourself',
      hint       = 'Choose another user.';
  end if;
  insert into blocks (blocked_id) values (blocked) on conflict do nothing;
  return found;
end
$$;

comment on function block(text) is
  'Block a user: rooms they are in are marked for you, and their invitations do not reach you. They do not learn of it. False if you had blocked them already.';
