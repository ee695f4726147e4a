create or replace function tg_rooms__guard_repetition() returns trigger
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  if tg_op = 'INSERT' and pg_trigger_depth() > 1 then
    return new; -- the next room of a series: a clock change may have moved this one alone
  end if;
  if new.repeats is not null and new.starts_at is null then
    raise check_violation using
      message    = 'only a room that is planned for a time repeats',
      constraint = 'rooms_repeating_ones_are_planned',
      hint       = 'Set starts_at.';
  end if;
  -- Not again at each change: PostgreSQL reads all zones to name them.
  if (tg_op = 'INSERT' or new.time_zone is distinct from old.time_zone or new.time_zone is null)
     and not exists (select from pg_timezone_names z where z.name = new.time_zone) then
    raise check_violation using
      message    = case when new.time_zone is null then 'a room that repeats needs a time zone' else format('there is no time zone %L', left(new.time_zone, 60)) end,
      constraint = 'rooms_time_zone_is_known',
      hint       = 'Use a name such as Europe/Berlin: select name from pg_timezone_names;';
  end if;
  if new.repeats is not null and (tg_op = 'INSERT' or (new.starts_at, new.time_zone, new.repeats) is distinct from (old.starts_at, old.time_zone, old.repeats)) then
    new.repeats_from := new.starts_at at time zone new.time_zone;
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_repetition() is 'Checks that a time zone is known, and that a room that repeats has one and a time; notes when the series begins, in that zone.';

create or replace trigger _175_guard_repetition before insert or update of repeats, time_zone, starts_at on rooms
for each row when (new.repeats is not null or new.time_zone is not null) execute function tg_rooms__guard_repetition();
comment on trigger _175_guard_repetition on rooms is 'Checks the time zone of a planned room, and how it repeats.';

create or replace function tg_rooms__plan_next() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  next_at constant timestamptz := next_weekly(new.repeats_from, new.time_zone, greatest(now(), new.starts_at));
  next_id bigint;
begin
  -- What would refuse the next room must not keep this one from ending.
  if next_at > now() + interval '365 days' or exists (select from users u where u.id = new.host_id and u.disabled_at is not null)
     or (new.club_id is not null and not is_member(new.club_id, new.host_id)) then
    return null;
  end if;
  insert into rooms (name, description, club_id, host_id, stage, access, host_gone, starts_at, repeats, time_zone, repeats_from, captions, encrypted, co_host_ids)
  values (new.name, new.description, new.club_id, new.host_id, new.stage, new.access, new.host_gone, next_at, new.repeats, new.time_zone, new.repeats_from, new.captions, new.encrypted,
          array(select u.id from unnest(new.co_host_ids) with ordinality c (id, n) join users u on u.id = c.id
                where u.disabled_at is null and u.id <> new.host_id
                  and not exists (select from blocks b where b.user_id = u.id and b.blocked_id in (new.host_id, acting_user()))
                order by n))
  returning id into next_id;
  insert into guests (room_id, user_id, invited_by)
  select next_id, g.user_id, g.invited_by from guests g where g.room_id = new.id and new.access <> 'open';
  with series as (delete from reminders m where m.room_id = new.id and m.repeated returning m.user_id)
  insert into reminders (room_id, user_id, repeated)
  select next_id, s.user_id, true from series s
  where new.access <> 'invited' or exists (select from guests g where g.room_id = next_id and g.user_id = s.user_id);
  -- In calendars it takes the place of this one, which changes once more by ending.
  update calendar_entries e set series_id = before.series_id, sequence = before.sequence + 2
  from calendar_entries before where e.room_id = next_id and before.room_id = new.id;
  return null;
end
$$;

comment on function tg_rooms__plan_next() is
  'Plans the next room of a series when one has ended: with its name, description, club, stage, access, encryption, co-hosts and guests, and the reminders of those who want one of each room, not the bans. The series ends if its host is disabled or no longer a member of the club.';

create or replace trigger _350_plan_next after update of ended_at on rooms
for each row when (old.ended_at is null and new.ended_at is not null and new.opened_at is not null and new.repeats is not null)
execute function tg_rooms__plan_next();
comment on trigger _350_plan_next on rooms is 'Plans the next room of a series.';
