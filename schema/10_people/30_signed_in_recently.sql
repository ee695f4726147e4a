create or replace function signed_in_recently(claims jsonb) returns boolean
language sql stable set search_path = roomtone, pg_temp
return coalesce(case when jsonb_typeof(claims -> 'auth_time') = 'number' then (claims ->> 'auth_time')::float8 end, '-infinity')
       >= extract(epoch from now() - interval '10 minutes')::float8;

comment on function signed_in_recently(jsonb) is
  'Whether the user of these claims signed in within the last ten minutes: their `auth_time` (OpenID Connect Core, 2). Tokens for programs have none.';
