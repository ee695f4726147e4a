create or replace view lab_progress with (security_barrier) as
select l.place, l.label, l.repetitions, l.join_p50, l.signal_p50, l.server, l.database, l.memory, l.bytes, l.owed, l.lost, l.problem, l.measured_at,
       extract(epoch from clock_timestamp() - l.measured_at)::float8 as age,
       -- A run holds this lock as long as its session lasts; a process that is killed loses its session.
       not exists (
         select from pg_locks held
         where held.locktype = 'advisory' and held.granted and held.objsubid = 1
           and held.database = (select d.oid from pg_database d where d.datname = current_database())
           and (held.classid::bigint << 32) | held.objid::bigint = hashtext('roomtone lab peers')
       ) as run_ended
from lab_lanes l
order by l.place;

comment on view lab_progress is
  'What `roomtone lab peers --live` has measured so far, how old that is, and whether the run has ended without deleting it: select label, age, run_ended from lab_progress; Everybody may read it.';
comment on column lab_progress.place is 'Its place on the page, from 1 on.';
comment on column lab_progress.label is 'The system and its setting.';
comment on column lab_progress.repetitions is 'How often it was measured so far. With 0 only its losses were counted, or nothing yet.';
comment on column lab_progress.join_p50 is 'Milliseconds from a join until a follower saw it: half of them were faster.';
comment on column lab_progress.signal_p50 is 'Milliseconds from an offer or a candidate until its follower saw it: half of them were faster.';
comment on column lab_progress.server is 'Milliseconds of processor that the server took for a write.';
comment on column lab_progress.database is 'Milliseconds of processor that the database took for a write, if there is one.';
comment on column lab_progress.memory is 'Bytes of memory that each follower took; less than 0 where it varies by more than that.';
comment on column lab_progress.bytes is 'Bytes on the network for each event that a follower got.';
comment on column lab_progress.owed is 'Events that followers had to get while something was broken: a connection, the server, the database.';
comment on column lab_progress.lost is 'How many of these they never got.';
comment on column lab_progress.problem is 'Why this system is not measured, and what would help.';
comment on column lab_progress.measured_at is 'When this was written.';
comment on column lab_progress.age is 'Seconds since it was written.';
comment on column lab_progress.run_ended is 'Whether no run writes here any more: the one that wrote this was killed.';
