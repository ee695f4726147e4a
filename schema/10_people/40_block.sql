create or replace function block(username text) returns boolean
language plpgsql as $$
declare
  somebody bigint := require_user(block.username);
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'nobody is acting, so nobody can block anybody',
      hint    = 'In psql: select act_as(''rick'');';
  elsif somebody = acting_user() then
    raise check_violation using
      message    = 'nobody blocks themselves',
      constraint = 'blocks_not_yourself';
  end if;
  insert into blocks (blocked_id) values (somebody) on conflict do nothing;
  return found;
end
$$;

comment on function block(text) is
  'Do not meet this person: their rooms are marked for you, and their invitations do not reach you; they are not told. False if you blocked them already.';
