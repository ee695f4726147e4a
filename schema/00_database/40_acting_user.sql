create or replace function acting_user() returns bigint
language sql stable parallel safe
return nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::bigint;

comment on function acting_user() is
  'Id of the user as whom this session acts: the `sub` of request.jwt.claims, set by become() or act_as(). Null for an anonymous user, and for an operator in psql.';
