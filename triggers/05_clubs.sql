create or replace function tg_clubs__found() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into members (club_id, user_id, role) values (new.id, new.owner_id, 'OWNER');
  insert into followers (club_id, user_id) values (new.id, new.owner_id);
  return null;
end
$$;

comment on function tg_clubs__found() is 'Whoever founds a club is its first member, its owner, and its first follower.';

create or replace trigger _300_found after insert on clubs
for each row execute function tg_clubs__found();
comment on trigger _300_found on clubs is 'Makes the founder the club''s OWNER, and has them follow it.';
