create or replace view calendar with (security_barrier) as
select r.id, r.name, r.description, r.club_id, c.name as club, r.host_id, h.username as host,
       array(select u.username from unnest(r.co_host_ids) with ordinality co (id, n) join users u on u.id = co.id order by n) as co_hosts,
       r.starts_at, r.time_zone, r.repeats, r.repeats_from, r.opened_at, r.ended_at,
       coalesce(e.series_id, r.id) as series_id, coalesce(e.sequence, 0) as sequence, coalesce(e.changed_at, r.created_at) as changed_at
from rooms r
join users h on h.id = r.host_id
left join clubs c on c.id = r.club_id
left join calendar_entries e on e.room_id = r.id
where r.starts_at > now() - interval '90 days' and (r.access <> 'invited' or acting_as_operator() or may_see_room(r.id))
order by r.starts_at, r.id;

comment on view calendar is
  'The planned rooms that the acting user may see, also open, ended and cancelled ones of the last 90 days: select name, starts_at, host from calendar;';
comment on column calendar.id is 'Id of the room.';
comment on column calendar.name is 'The room''s name.';
comment on column calendar.description is 'What the room is about; null without a description.';
comment on column calendar.club_id is 'Id of its club, if it has one.';
comment on column calendar.club is 'The club''s name.';
comment on column calendar.host_id is 'User id of the host.';
comment on column calendar.host is 'Name of the host.';
comment on column calendar.co_hosts is 'Names of the co-hosts.';
comment on column calendar.starts_at is 'For when it is or was planned.';
comment on column calendar.time_zone is 'The planner''s time zone; null if it was not given.';
comment on column calendar.repeats is 'weekly, if the next room is planned when this one ends.';
comment on column calendar.repeats_from is 'The first time of its series, in time_zone.';
comment on column calendar.opened_at is 'When it opened; null if it has not.';
comment on column calendar.ended_at is 'When it ended. A room that ended and never opened is cancelled.';
comment on column calendar.series_id is 'The first room of its series, or the room itself.';
comment on column calendar.sequence is 'How often its entry in calendars has changed.';
comment on column calendar.changed_at is 'When its entry in calendars changed last.';
