create or replace function relay_secret(name text) returns text
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform notice_copy();
  if not exists (select from secrets s where s.name = relay_secret.name) then -- a relay can start while the database is read-only
    insert into secrets (name, value)
    values (relay_secret.name, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
    on conflict do nothing;
  end if;
  return (select s.value from secrets s where s.name = relay_secret.name);
end
$$;

comment on function relay_secret(text) is 'The secret of this name, which all relays of this database share. Created by the first call, from 244 random bits.';
