create or replace function sign_in_by_subject(
  issuer text, subject text, claims jsonb, creates boolean, moderator boolean default null,
  address text default null, new_users_per_hour int default null
) returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  found_user users;
begin
  select * into found_user from users u where u.issuer = sign_in_by_subject.issuer and u.subject = sign_in_by_subject.subject;
  if not found then
    if not sign_in_by_subject.creates then
      raise insufficient_privilege using
        message    = 'this site does not know you yet, and creates no accounts by itself',
        constraint = 'users_subject_is_known',
        hint       = 'Ask who runs this site to add you.';
    elsif sign_in_by_subject.address is not null then
      perform limit_new_users(sign_in_by_subject.address, sign_in_by_subject.new_users_per_hour, 'Wait.');
    end if;
    found_user := create_user_of_subject(sign_in_by_subject.issuer, sign_in_by_subject.subject, name_of_claims(sign_in_by_subject.claims));
  end if;
  if found_user.disabled_at is not null then
    perform refuse_disabled_user();
  end if;
  -- What the operator has set stays.
  if sign_in_by_subject.moderator <> found_user.site_moderator and found_user.moderator_by_claim = found_user.site_moderator then
    update users u set site_moderator = sign_in_by_subject.moderator, moderator_by_claim = sign_in_by_subject.moderator
    where u.id = found_user.id returning * into found_user;
  end if;
  return found_user;
end
$$;

comment on function sign_in_by_subject(text, text, jsonb, boolean, boolean, text, int) is
  'The user whom an issuer calls by this subject. `creates`: they are created at first sight, with a name from the claims (name_of_claims), for one address only so many in an hour. `moderator`: whether a claim makes them a site moderator (users.moderator_by_claim); null leaves it, and so does what the operator has set.';
