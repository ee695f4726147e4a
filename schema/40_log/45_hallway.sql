-- `people` is a subquery of its own, so that a query that does not select it does not compute it.
create or replace view hallway with (security_barrier) as
select r.id, r.name, r.club_id, c.name as club, t.name as topic, r.host_id, h.username as host, r.stage, r.access, r.locked,
       r.created_at, r.starts_at, r.opened_at, r.opened_at is null as scheduled,
       seats.here, seats.on_stage,
       coalesce((
         select jsonb_agg(jsonb_build_object('user_id', s.user_id, 'username', u.username, 'role', s.role) order by s.seq)
         from (select q.user_id, q.role, q.seq from participants q
               where q.room_id = r.id and q.peer_id is not null and q.role <> 'AUDIENCE' and q.kind in ('person', 'bot')
               order by q.seq limit 4) s
         join users u on u.id = s.user_id), '[]'::jsonb) as people,
       coalesce(l.epoch, 0) || '-' || coalesce(l.hallway_seq, 0) as cursor,
       exists (select from followers f where f.club_id = r.club_id and f.user_id = acting_user()) as followed,
       case when seats.here = 0 and r.opened_at is not null then coalesce(l.deserted_at, r.opened_at) end as empty_since,
       r.broadcast, r.description, r.co_host_ids,
       case when r.co_host_ids = '{}' then '{}'::text[]
            else array(select u.username from unnest(r.co_host_ids) with ordinality c (id, n) join users u on u.id = c.id order by n) end as co_hosts,
       r.repeats, r.time_zone, r.captions, r.encrypted
from rooms r
join users h on h.id = r.host_id
left join clubs c on c.id = r.club_id
left join topics t on t.id = c.topic_id
left join logs l on l.room_id = r.id
cross join lateral (
  -- After a crash a room has no log until the first event, or the first subscriber. The counters change at commit: a transaction that
  -- has written counts the seats as it sees them, as rooms.here does.
  select coalesce(case when pg_current_xact_id_if_assigned() is null then l.here end, (select count(*)::int from participants p where p.room_id = r.id and p.peer_id is not null and p.kind in ('person', 'bot')))
           as here,
         coalesce(case when pg_current_xact_id_if_assigned() is null then l.on_stage end, (select count(*)::int from participants p
                               where p.room_id = r.id and p.peer_id is not null and p.kind in ('person', 'bot') and p.role <> 'AUDIENCE'))
           as on_stage
) seats
where r.ended_at is null and (r.access <> 'invited' or acting_as_operator() or may_see_room(r.id))
order by scheduled, followed desc, seats.here desc, r.starts_at, r.id;

comment on view hallway is 'The rooms that the acting user may see: open ones first, those of followed clubs before others, then scheduled ones: select name, here, on_stage from hallway;';
comment on column hallway.id is 'Id of the room.';
comment on column hallway.name is 'The room''s name.';
comment on column hallway.club_id is 'Id of its club, if it has one.';
comment on column hallway.club is 'The club''s name.';
comment on column hallway.topic is 'The club''s topic.';
comment on column hallway.host_id is 'User id of the host.';
comment on column hallway.host is 'Name of the host.';
comment on column hallway.stage is 'open or moderated.';
comment on column hallway.access is 'open, club or invited: who may join.';
comment on column hallway.locked is 'Whether no new participants may join.';
comment on column hallway.created_at is 'When the room was created.';
comment on column hallway.starts_at is 'When it was or is to open; null: it opened when it was created.';
comment on column hallway.opened_at is 'When it opened; null if it is scheduled.';
comment on column hallway.scheduled is 'Whether it is scheduled and has not opened.';
comment on column hallway.here is 'Number of people and bots in it.';
comment on column hallway.on_stage is 'Number of those who may speak.';
comment on column hallway.people is 'The first four on stage in the order in which they joined: [{user_id, username, role}].';
comment on column hallway.cursor is 'Position in the room''s log of the newest change to this row. Of two versions of the row, the one with the larger cursor is newer.';
comment on column hallway.followed is 'Whether the acting user follows its club.';
comment on column hallway.broadcast is 'Whether anybody may listen without a seat.';
comment on column hallway.description is 'What the room is about; null without a description.';
comment on column hallway.co_host_ids is 'User ids of the co-hosts.';
comment on column hallway.co_hosts is 'Names of the co-hosts, who may open and run the room, too.';
comment on column hallway.repeats is 'weekly, if the next room is planned when this one ends.';
comment on column hallway.time_zone is 'The time zone in which a room that repeats keeps its time of day.';
comment on column hallway.encrypted is 'Whether its audio is encrypted end to end.';
comment on column hallway.empty_since is 'Since when nobody is in the open room; null while somebody is, and for a scheduled room. Relays no longer send a room that was empty for --hallway-empty-after, except to its host.';
comment on column hallway.captions is 'Whether captions may be written of what is said there.';
