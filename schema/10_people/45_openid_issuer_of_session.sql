create or replace function openid_issuer_of_session() returns text
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select u.issuer from openid_sessions o join users u on u.id = o.user_id
  where o.jti = nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'jti' and o.user_id = acting_user());

comment on function openid_issuer_of_session() is 'The issuer at which this request''s session began, so that signing out can go on there; null if it began elsewhere.';
