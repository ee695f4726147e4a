create or replace function tg_refuse_disabled_user() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if exists (select from users u where u.id = new.user_id and u.disabled_at is not null) then
    perform refuse_disabled_user();
  end if;
  return new;
end
$$;

comment on function tg_refuse_disabled_user() is 'Nothing by which one signs in is made for a disabled user: it would count once the user is enabled.';
