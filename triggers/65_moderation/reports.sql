create or replace trigger _050_set_synchronous_commit before insert or update or delete on reports for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on reports is 'Commits to this table wait for the disk.';

create or replace function tg_reports__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.reason is null or length(new.reason) > 1000 or new.reason !~ '\S' then
    raise check_violation using
      message    = 'a report describes in 1 to 1,000 characters what happened',
      constraint = 'reports_reason_is_text';
  end if;
  if new.reporter = new.reported_id then
    raise check_violation using
      message    = 'you cannot report yourself',
      constraint = 'reports_not_yourself',
      hint       = 'Give the name of another user.';
  end if;
  if not acting_as_operator() and not was_in_room(new.room_id, new.reporter)
     and not is_banned(new.room_id, new.reporter) then
    raise insufficient_privilege using
      message    = 'you were not in this room',
      constraint = 'reports_reporter_was_in_the_room',
      hint       = 'You can report what happened while you were in the room.';
  end if;
  -- Only host and moderators know who is banned, so only for them a ban proves that the reported user was in the room.
  if not was_in_room(new.room_id, new.reported_id)
     and not (may_moderate(new.room_id) and is_banned(new.room_id, new.reported_id)) then
    raise no_data_found using
      message    = 'they were not in this room',
      constraint = 'reports_reported_user_was_in_the_room',
      hint       = 'The room''s log reaches back an hour.';
  end if;
  new.created_at := clock_timestamp();
  new.log := jsonb_build_object(
    'events', coalesce((
      select jsonb_agg(event_json(e)::jsonb || jsonb_build_object('actor', e.actor) order by e.seq) from (
        select x.* from events x
        where x.room_id = new.room_id and x.recipient is null -- events for one recipient, such as network addresses in signals, are private
          -- Of the many events of a caption the newest words, and that these were deleted.
          and not (x.table_name = 'captions' and exists (
            select from events n
            where n.room_id = x.room_id and n.table_name = 'captions' and n.type <> 'DELETE'
              and (n.record ->> 'id')::bigint = (coalesce(x.record, x.old_record) ->> 'id')::bigint
              and n.seq > coalesce((x.old_record ->> 'taken_back_seq')::bigint, x.seq)))
        order by x.seq desc limit 200) e), '[]'),
    'messages', recent_messages(new.room_id));
  return new;
end
$$;

comment on function tg_reports__guard() is
  'Checks that reporter and reported user were in the room, and copies the room''s recent log to the report.';

create or replace trigger _100_guard before insert on reports
for each row execute function tg_reports__guard();
comment on trigger _100_guard on reports is 'Checks who may report whom, and copies the log.';

create or replace trigger _110_guard_text before insert on reports
for each row execute function tg_guard_text('reason');
comment on trigger _110_guard_text on reports is 'Refuses control characters in the reason.';

create or replace trigger _120_limit before insert on reports
for each row execute function tg_limit('reports_are_limited_in_number', '200', 'reporter', 't.resolved_at is null');
comment on trigger _120_limit on reports is 'At most 200 unresolved reports by one user.';

create or replace trigger _130_pace before insert on reports
for each row execute function tg_pace('reports_are_rate_limited', '5', '1 hour');
comment on trigger _130_pace on reports is 'Rate limit: 5 per user in 1 hour.';
