create unlogged table if not exists logs (
  room_id     bigint primary key,
  epoch       bigint not null,
  head_seq    bigint not null default 0,
  hallway_seq bigint not null default 0,
  tail_seq    bigint not null default 0
);
alter table logs add column if not exists deserted_at timestamptz;
alter table logs add column if not exists notified_seq bigint;
alter table logs add column if not exists notified_in xid8;
alter table logs alter column epoch drop default;
alter table logs add column if not exists counted boolean not null default false;
alter table logs add column if not exists counts_seq bigint not null default 0;
alter table logs add column if not exists opened_in xid8;
-- In a database that had logs before. The installation has locked all tables.
do $$
begin
  if not exists (select from pg_attribute a where a.attrelid = 'logs'::regclass and a.attname = 'here') then
    alter table logs
      add column here int not null default 0,
      add column on_stage int not null default 0,
      add column hands int not null default 0;
    update logs l set here = c.here, on_stage = c.on_stage, hands = c.hands
    from (select p.room_id, count(*) as here, count(*) filter (where p.role <> 'AUDIENCE') as on_stage,
                 count(*) filter (where p.hand_raised_at is not null) as hands
          from participants p where p.peer_id is not null and p.kind in ('person', 'bot') group by p.room_id) c
    where c.room_id = l.room_id;
  end if;
end
$$;
alter table logs set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

comment on table logs is
  'The state of each room''s log. head_seq is incremented under a lock on the row at commit, so seq has no gaps and follows the order of commits; a sequence would guarantee neither.';
comment on column logs.room_id is 'The room.';
comment on column logs.epoch is
  'Identifies this log: milliseconds since 1970 when it began, followed by five digits of the room''s id. A crash empties UNLOGGED tables; the log that begins then has another epoch, so cursors of the lost log and of other rooms are recognised.';
comment on column logs.head_seq is 'Position of the newest event.';
comment on column logs.notified_seq is 'The first event of the newest transaction that appended to this log: the position that its notification says.';
comment on column logs.notified_in is 'The newest transaction that appended to this log. Others may have changed other columns since, so xmin does not tell.';
comment on column logs.hallway_seq is 'The first event of the newest transaction that changed the room''s row in the hallway view.';
comment on column logs.deserted_at is
  'Since when nobody is in the room: the last participant left, or it opened on schedule and nobody has come. Null while somebody is there, and for a room in which nobody has been yet.';
comment on column logs.here is
  'Number of people and bots in the room. The counters are changed by the event that changes them, under the same lock, so they are exact at head_seq; a log that begins counts the seats anew.';
comment on column logs.on_stage is 'Number of those who may speak. The audience is the rest.';
comment on column logs.hands is 'Number of those whose hand is raised.';
comment on column logs.counts_seq is 'The newest event that changed here or on_stage.';
comment on column logs.counted is 'Whether the roster is counted at head_seq: as rooms.roster, but true of this position of the log.';
comment on column logs.opened_in is 'The transaction in which this log began. It has counted its own changes of seats already, so it counts anew at each.';
comment on column logs.tail_seq is 'Position of the newest deleted event. A client with an older cursor gets a snapshot.';
