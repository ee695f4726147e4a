create or replace function my_calendar() returns setof calendar
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  me constant bigint := acting_user();
  people constant bigint[] := me || array(select f.followed_id from follows f where f.user_id = me);
  mine constant bigint[] := array(select f.club_id from followers f where f.user_id = me union select m.club_id from members m where m.user_id = me);
begin
  return query select c.* from calendar c
    where me is not null
      and c.id in (select r.id from rooms r where r.host_id = any (people) and r.starts_at > now() - interval '90 days'
                   union select r.id from rooms r where r.co_host_ids && people and r.co_host_ids <> '{}' and r.starts_at is not null
                   union select r.id from rooms r where r.club_id = any (mine) and r.starts_at > now() - interval '90 days'
                   union select m.room_id from reminders m where m.user_id = me
                   union select g.room_id from guests g where g.user_id = me)
    order by c.starts_at desc, c.id desc limit 500;
end
$$;

comment on function my_calendar() is
  'The planned rooms that concern the acting user, the last 500: their own, those that people and clubs they follow plan or are members of, those of which they want to be reminded, and those to which they accepted an invitation.';
