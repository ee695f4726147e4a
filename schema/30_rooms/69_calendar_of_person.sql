-- SECURITY DEFINER, because under a policy PostgreSQL uses no index for an operator that is not LEAKPROOF. The view has every condition.
create or replace function calendar_of_person(username text) returns setof calendar
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  person constant bigint := require_user(calendar_of_person.username);
begin
  return query select c.* from calendar c
    where c.id in (select r.id from rooms r where r.host_id = person and r.starts_at > now() - interval '90 days'
                   union select r.id from rooms r where r.co_host_ids @> array[person] and r.co_host_ids <> '{}' and r.starts_at is not null)
    order by c.starts_at desc, c.id desc limit 500;
end
$$;

comment on function calendar_of_person(text) is
  'The planned rooms that a person hosts, alone or with others, as far as the acting user may see them, the last 500: select name, starts_at from calendar_of_person(''anna'');';
