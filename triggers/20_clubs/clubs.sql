create or replace trigger _050_set_synchronous_commit before insert or update or delete on clubs for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on clubs is 'Commits to this table wait for the disk.';

create or replace trigger _100_guard_name before insert or update of name on clubs
for each row execute function tg_guard_name('name');
comment on trigger _100_guard_name on clubs is 'Stores the name in NFC, or refuses it.';

create or replace trigger _110_guard_text before insert or update of description on clubs
for each row execute function tg_guard_text('description');
comment on trigger _110_guard_text on clubs is 'Refuses control characters in the description.';

create or replace function tg_clubs__guard_values() returns trigger
language plpgsql as $$
begin
  if new.name !~ '\S' or length(new.name) > 80 or new.name ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a club''s name is one line of 1 to 80 characters',
      constraint = 'clubs_name_is_text';
  end if;
  if length(new.description) > 2000 then
    raise check_violation using
      message    = 'a club''s description has at most 2,000 characters',
      constraint = 'clubs_description_is_short';
  end if;
  return new;
end
$$;

comment on function tg_clubs__guard_values() is 'Checks the name and the description of a club, and explains what is wrong.';

create or replace trigger _120_guard_values before insert or update of name, description on clubs
for each row execute function tg_clubs__guard_values();
comment on trigger _120_guard_values on clubs is 'Refuses values that break the constraints, with an explanation.';

create or replace trigger _130_limit before insert on clubs
for each row execute function tg_limit('clubs_are_limited_in_number', '100', 'owner_id');
comment on trigger _130_limit on clubs is 'At most 100 clubs created by one user.';

create or replace trigger _140_pace before insert on clubs
for each row execute function tg_pace('clubs_are_rate_limited', '20', '1 day');
comment on trigger _140_pace on clubs is 'Rate limit: 20 per user in 1 day.';

create or replace function tg_clubs__add_first_owner() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into members (club_id, user_id, role) values (new.id, new.owner_id, 'OWNER');
  insert into followers (club_id, user_id) values (new.id, new.owner_id);
  return null;
end
$$;

comment on function tg_clubs__add_first_owner() is 'Makes the creator of a club its owner and first follower.';

create or replace trigger _300_add_first_owner after insert on clubs
for each row execute function tg_clubs__add_first_owner();
comment on trigger _300_add_first_owner on clubs is 'Makes the creator the club''s OWNER and follower.';

create or replace function tg_clubs__guard_delete() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if exists (select from rooms r where r.club_id = old.id and r.ended_at is null) then
    raise check_violation using
      message    = 'this club has rooms that are open or planned',
      constraint = 'clubs_are_deleted_without_open_rooms',
      hint       = 'End its rooms first. Then the club can be deleted.';
  end if;
  return old;
end
$$;

comment on function tg_clubs__guard_delete() is 'A club with an open or scheduled room cannot be deleted. Its ended rooms stay, without a club.';

create or replace trigger _150_guard_delete before delete on clubs
for each row execute function tg_clubs__guard_delete();
comment on trigger _150_guard_delete on clubs is 'Keeps a club that has open rooms.';

create or replace function tg_notify_club() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Once for each club and transaction: PostgreSQL sends equal payloads once. It is sent to all, so a row that not everybody may
  -- see, a room for invited users, notifies nobody.
  perform pg_notify('roomtone', json_build_object('club', (c.change ->> tg_argv[0])::bigint)::text)
  from (values (to_jsonb(new)), (to_jsonb(old))) c (change)
  where c.change ->> tg_argv[0] is not null and c.change ->> 'access' is distinct from 'invited';
  return null;
end
$$;

comment on function tg_notify_club() is 'NOTIFY roomtone with {"club": id}, for the club in the column that the trigger names, before and after the change. Not for a room for invited users.';

create or replace trigger _400_notify after insert or update or delete on clubs
for each row execute function tg_notify_club('id');
comment on trigger _400_notify on clubs is 'Notifies relays that the club has changed.';
