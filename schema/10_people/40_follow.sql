create or replace function follow(username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  followed bigint := require_user(follow.username);
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'you must be signed in to follow a user',
      hint    = 'In psql: select act_as(''rick'');';
  end if;
  insert into follows (followed_id) values (followed) on conflict do nothing;
  return found;
end
$$;

comment on function follow(text) is
  'Follow a user: see in which rooms they are (followed_people). False if you followed them already. Clubs are followed by rows of followers.';
