create or replace function create_user_of_subject(issuer text, subject text, wanted text) returns users
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  created users;
  tried text := create_user_of_subject.wanted;
begin
  for attempt in 2..40 loop
    insert into users (username, issuer, subject)
    values (tried, create_user_of_subject.issuer, create_user_of_subject.subject)
    on conflict do nothing returning * into created;
    if not found then -- the name is taken or looks like another, or another request has just created the user
      select * into created from users u
      where u.issuer = create_user_of_subject.issuer and u.subject = create_user_of_subject.subject;
    end if;
    if found then
      return created;
    end if;
    -- First 2, 3, … 9, and then numbers that hardly anybody has: of a name that thousands have, not all numbers are tried.
    tried := create_user_of_subject.wanted || ' ' || case when attempt < 10 then attempt else (random() * 9999999)::int end;
  end loop;
  raise unique_violation using
    message    = format('no name like %L is free', create_user_of_subject.wanted),
    constraint = 'users_username_is_unique',
    hint       = 'Try again.';
end
$$;

comment on function create_user_of_subject(text, text, text) is
  'Creates the user of this subject under this name, or if it is taken, under the name and a number. Returns the user, also if another transaction has just created them.';
