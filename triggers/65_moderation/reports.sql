create or replace function tg_reports__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.reason is null or length(new.reason) > 1000 or new.reason !~ '\S' then
    raise check_violation using
      message    = 'a report says in up to 1,000 characters what happened',
      constraint = 'reports_reason_is_text';
  end if;
  if new.reporter = new.reported_id then
    raise check_violation using
      message    = 'one reports others',
      constraint = 'reports_not_yourself';
  end if;
  if not acting_as_operator() and not was_in_room(new.room_id, new.reporter)
     and not exists (select from bans b where b.room_id = new.room_id and b.user_id = new.reporter) then
    raise insufficient_privilege using
      message    = format('you were not in room %s', new.room_id),
      constraint = 'reports_are_made_by_those_inside',
      hint       = 'Report what you were there for.';
  end if;
  -- That somebody is banned is known to those who moderate, so for others it does not count as having been there.
  if not was_in_room(new.room_id, new.reported_id)
     and not ((acting_as_operator() or moderates(new.room_id))
              and exists (select from bans b where b.room_id = new.room_id and b.user_id = new.reported_id)) then
    raise no_data_found using
      message    = format('they were not seen in room %s', new.room_id),
      constraint = 'reports_person_was_there',
      hint       = 'The room''s log goes back an hour.';
  end if;
  new.created_at := clock_timestamp();
  new.log := jsonb_build_object(
    'events', coalesce((
      select jsonb_agg(event_json(e)::jsonb || jsonb_build_object('actor', e.actor) order by e.seq) from (
        select x.* from events x
        where x.room_id = new.room_id and x.recipient is null -- whoever could reach whom at which address is nobody's business
        order by x.seq desc limit 200) e), '[]'),
    'messages', coalesce((
      select jsonb_agg(message_record(m) order by m.id) from (
        select x.* from messages x where x.room_id = new.room_id order by x.id desc limit 50) m), '[]'));
  return new;
end
$$;

comment on function tg_reports__guard() is
  'Whoever was in a room reports whoever was there; the room''s recent log is kept with it.';

create or replace trigger _100_guard before insert on reports
for each row execute function tg_reports__guard();
comment on trigger _100_guard on reports is 'Decides who may report whom, and keeps the log.';

create or replace trigger _110_guard_text before insert on reports
for each row execute function tg_guard_text('reason');
comment on trigger _110_guard_text on reports is 'Refuses a reason that would change the page around it.';

create or replace trigger _120_limit before insert on reports
for each row execute function tg_limit('reports_are_bounded', '200', 'reporter', 't.resolved_at is null');
comment on trigger _120_limit on reports is '200 reports of one user that nobody has dealt with at once.';

create or replace trigger _130_pace before insert on reports
for each row execute function tg_pace('reports_are_few', '5', '1 hour');
comment on trigger _130_pace on reports is '5 of one user in 1 hour.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on reports for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on reports is 'What is acknowledged here survives a crash.';
