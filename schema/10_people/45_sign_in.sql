create or replace function sign_in(
  username text, kind text default 'person', address text default null, new_users_per_hour int default null
) returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  found_user users;
begin
  -- Locked, so that the operator who gives this user an issuer ends the token of this sign-in, too (tg_users__end_earlier_tokens).
  select * into found_user from users u where name_key(u.username) = name_key(sign_in.username) for share;
  if not found and sign_in.kind in ('person', 'bot') then
    -- By address, because a user who signs in is a new one each time.
    if sign_in.address is not null then
      perform limit_new_users(sign_in.address, sign_in.new_users_per_hour, 'Sign in under a name that is known, or wait.');
    end if;
    insert into users (username, kind) values (sign_in.username, sign_in.kind)
    on conflict do nothing returning * into found_user;
    if not found then -- another transaction has just created it, or the name looks like another
      select * into found_user from users u where name_key(u.username) = name_key(sign_in.username) for share;
      if not found then
        raise unique_violation using
          message    = 'this name looks like that of another user',
          constraint = 'users_username_looks_like_no_other',
          hint       = 'Choose another name.';
      end if;
    end if;
  end if;
  if found_user.disabled_at is not null then
    perform refuse_disabled_user();
  elsif found_user.issuer is not null or exists (select from passkeys k where k.user_id = found_user.id) then
    raise insufficient_privilege using
      message    = format('%s signs in at an issuer or with a passkey; a name is not enough', found_user.username),
      constraint = 'users_with_accounts_need_more_than_a_name',
      hint       = 'Sign in so, or choose another name.';
  end if;
  if sign_in.kind = 'bot' and found_user.kind <> 'bot' then
    raise insufficient_privilege using
      message    = format('%s is not a bot', found_user.username),
      constraint = 'users_only_bots_sign_in_as_bots',
      hint       = 'Give it a name of its own.';
  elsif found_user.kind <> sign_in.kind or sign_in.kind not in ('person', 'bot') then
    raise insufficient_privilege using
      message    = format('%s is not a person', coalesce(found_user.username, sign_in.username)),
      constraint = 'users_only_people_sign_in',
      hint       = 'Choose another name.';
  end if;
  return found_user;
end
$$;

comment on function sign_in(text, text, text, int) is
  'Sign-in of the demo: the person (or bot) of this name, created if there is none. A person cannot sign in as a bot, nor a bot as a person; nobody signs in so as a user who has an issuer or a passkey. With an address, that address has so many new users in an hour.';
