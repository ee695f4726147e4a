create or replace function relay_hallway_users(users bigint[]) returns table (user_id bigint, clubs bigint[], rooms bigint[])
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select person,
         array(select f.club_id from followers f where f.user_id = person
               union
               select m.club_id from members m where m.user_id = person),
         array(select r.room_id from reminders r where r.user_id = person)
  from unnest(relay_hallway_users.users) person;
end;

comment on function relay_hallway_users(bigint[]) is
  'For each of these users what is in their window of the hallway besides the rooms that everybody is sent: the clubs that they follow or are a member of, and the rooms of which they want to be reminded.';
