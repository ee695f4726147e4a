-- Who is acting: the `sub` of the claims that `become` or `act_as` put into the session.

create or replace function acting_user() returns bigint
language sql stable parallel safe
return nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::bigint;

comment on function acting_user() is
  'Id of the user this session acts as; null for nobody in particular: a visitor, or an operator in psql.';
