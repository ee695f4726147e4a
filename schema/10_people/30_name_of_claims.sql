create or replace function name_of_claims(claims jsonb) returns text
language sql immutable parallel safe set search_path = roomtone, pg_temp
return coalesce((
  select c.cleaned
  from unnest(array['preferred_username', 'nickname', 'name', 'email']) with ordinality as a (claim, place)
    cross join lateral (
      -- Without the part after an @: the name is public, and an email address is not. 32 characters leave room for a number.
      select btrim(left(btrim(regexp_replace(normalize(split_part(case a.claim when 'email' then claims ->> a.claim else ltrim(claims ->> a.claim, '@ ') end, '@', 1), NFC),
                                             '[[:space:][:cntrl:]]+', ' ', 'g')), 32)) as cleaned
      where jsonb_typeof(claims -> a.claim) = 'string') c
  where c.cleaned <> '' and name_fault(c.cleaned) is null
  order by a.place limit 1), 'guest');

comment on function name_of_claims(jsonb) is
  'A name for a new user, from the claims of an issuer (OpenID Connect Core, 5.1): preferred_username, else nickname, name, the first part of email, else guest. The first that is allowed as a name (name_fault) counts.';
