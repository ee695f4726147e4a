create or replace function sign_out() returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  if claims ->> 'jti' is not null then
    insert into revoked_tokens (jti, expires_at)
    values (claims ->> 'jti', coalesce(to_timestamp((claims ->> 'exp')::double precision), now() + interval '10 years'))
    on conflict do nothing;
  end if;
  delete from participants p where p.user_id = acting_user();
end
$$;

comment on function sign_out() is 'Revokes the token of this request. Its user leaves every room.';
