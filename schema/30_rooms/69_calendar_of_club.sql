create or replace function calendar_of_club(of_club bigint) returns setof calendar
language plpgsql stable set search_path = roomtone, pg_temp as $$
begin
  if not exists (select from clubs c where c.id = calendar_of_club.of_club) then
    raise no_data_found using
      message    = format('there is no club %s', coalesce(calendar_of_club.of_club::text, 'without an id')),
      constraint = 'clubs_is_known',
      hint       = 'List the clubs with: select id, name from clubs;';
  end if;
  return query select c.* from calendar c where c.club_id = calendar_of_club.of_club order by c.starts_at desc, c.id desc limit 500;
end
$$;

comment on function calendar_of_club(bigint) is
  'The planned rooms of a club that the acting user may see, the last 500: select name, starts_at from calendar_of_club(1);';
