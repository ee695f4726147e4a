create or replace function relay_create_access_token(claims jsonb, name text, days numeric) returns access_tokens
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  most_of_a_user constant int := 20;
  longest int;
  owner users;
  made access_tokens;
begin
  if not signed_in_recently(relay_create_access_token.claims) then
    -- Otherwise a token that was found would make others that go on when it is revoked.
    raise insufficient_privilege using
      message    = 'you signed in more than ten minutes ago, or this token is one for programs',
      constraint = 'access_tokens_need_a_recent_sign_in',
      hint       = 'Sign in again, then make the token.';
  end if;
  -- The lock, so that tokens made at the same time are counted.
  select * into strict owner from users u where u.id = (relay_create_access_token.claims ->> 'sub')::bigint for update;
  if owner.issuer is not null and not exists (
    select from openid_sessions o where o.jti = relay_create_access_token.claims ->> 'jti' and o.user_id = owner.id
  ) then
    raise insufficient_privilege using
      message    = 'this token comes from your issuer, and makes no other token',
      constraint = 'access_tokens_are_made_after_signing_in_here',
      hint       = 'Sign in on the page of this site, or take a token of your issuer.';
  end if;
  longest := longest_access_token(owner.id);
  if relay_create_access_token.days not between 1 and longest then
    raise check_violation using
      message    = format('a token of yours may be valid for 1 to %s days', longest),
      constraint = 'access_tokens_days_are_limited',
      hint       = 'Choose fewer days, and make another one later.';
  end if;
  if (select count(*) from access_tokens a where a.user_id = owner.id and a.expires_at > now()) >= most_of_a_user then
    raise check_violation using
      message    = format('there are %s tokens already, which is the maximum', most_of_a_user),
      constraint = 'access_tokens_are_limited_in_number',
      hint       = 'Revoke some that are no longer needed.';
  end if;
  -- Each revoked token is remembered until it would have expired.
  if not spend_pace(0, owner.id, 'access_tokens', interval '10 minutes', interval '10 minutes' * 2 * most_of_a_user) then
    raise check_violation using
      message    = 'too many tokens in a short time',
      constraint = 'access_tokens_are_rate_limited',
      hint       = 'Wait ten minutes and try again.';
  end if;
  insert into access_tokens (user_id, name, expires_at)
  values (owner.id, relay_create_access_token.name, now() + make_interval(days => relay_create_access_token.days::int))
  returning * into made;
  return made;
end
$$;

comment on function relay_create_access_token(jsonb, text, numeric) is
  'A token for programs of the user of these verified claims, whose session has just begun: the relay signs a token with this `jti`. A user has at most 20, valid for so many days as longest_access_token says.';
