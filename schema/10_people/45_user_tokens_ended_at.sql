create or replace function user_tokens_ended_at(user_id bigint) returns float8
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select case when u.disabled_at is not null then 'infinity' else extract(epoch from u.tokens_ended_at)::float8 end
  from users u where u.id = user_tokens_ended_at.user_id);

comment on function user_tokens_ended_at(bigint) is
  'Tokens of this user count that were issued at this time or later, in seconds since 1970. Null: all; infinity: none, because the user is disabled.';
