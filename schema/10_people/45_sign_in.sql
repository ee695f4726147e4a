drop function if exists sign_in(text);

create or replace function sign_in(username text, kind text default 'person') returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  visitor users;
begin
  select * into visitor from users u where name_key(u.username) = name_key(sign_in.username);
  if not found and sign_in.kind in ('person', 'bot') then
    insert into users (username, kind) values (sign_in.username, sign_in.kind)
    on conflict do nothing returning * into visitor;
    if not found then -- somebody of that name arrived in this very moment
      select * into visitor from users u where name_key(u.username) = name_key(sign_in.username);
      if not found then
        raise unique_violation using
          message    = 'this name looks like that of somebody else',
          constraint = 'users_username_looks_like_no_other',
          hint       = 'Choose another name.';
      end if;
    end if;
  end if;
  if sign_in.kind = 'bot' and visitor.kind <> 'bot' then
    raise insufficient_privilege using
      message    = format('%s is not a bot', visitor.username),
      constraint = 'users_only_bots_are_bots',
      hint       = 'Give it a name of its own.';
  elsif visitor.kind <> sign_in.kind or sign_in.kind not in ('person', 'bot') then
    raise insufficient_privilege using
      message    = format('%s is not a person', coalesce(visitor.username, sign_in.username)),
      constraint = 'users_only_people_sign_in',
      hint       = 'Choose another name.';
  end if;
  return visitor;
end
$$;

comment on function sign_in(text, text) is
  'The person (or bot) of this name, created if unknown: the demo''s way to be somebody. Whoever is the one is never the other.';
