-- Figures of a lab that runs now. They are measured again at the next run, so they need not outlive a crash.
create unlogged table if not exists lab_lanes (
  place       int primary key constraint lab_lanes_are_limited_in_number check (place between 1 and 60),
  label       text not null constraint lab_lanes_label_is_short check (char_length(label) between 1 and 60),
  repetitions int not null default 0 constraint lab_lanes_repetitions_are_not_negative check (repetitions >= 0),
  join_p50    float8,
  signal_p50  float8,
  server      float8,
  database    float8,
  memory      float8,
  bytes       float8,
  owed        int not null default 0 constraint lab_lanes_owed_are_not_negative check (owed >= 0),
  lost        int not null default 0 constraint lab_lanes_lost_were_owed check (lost between 0 and owed),
  problem     text constraint lab_lanes_problem_is_short check (char_length(problem) <= 300),
  measured_at timestamptz not null default clock_timestamp()
);

comment on table lab_lanes is
  'What `roomtone lab peers --live` has measured of each system so far. It writes them as the operator, and deletes them at its end; one that is killed leaves them for an hour (lab_progress). Everybody may read them.';
comment on column lab_lanes.place is 'Its place on the page, from 1 on.';
comment on column lab_lanes.label is 'The system and its setting.';
comment on column lab_lanes.repetitions is 'How often it was measured so far. With 0 only its losses were counted, or nothing yet.';
comment on column lab_lanes.join_p50 is 'Milliseconds from a join until a follower saw it: half of them were faster.';
comment on column lab_lanes.signal_p50 is 'Milliseconds from an offer or a candidate until its follower saw it: half of them were faster.';
comment on column lab_lanes.server is 'Milliseconds of processor that the server took for a write.';
comment on column lab_lanes.database is 'Milliseconds of processor that the database took for a write, if there is one.';
comment on column lab_lanes.memory is 'Bytes of memory that each follower took; less than 0 where it varies by more than that.';
comment on column lab_lanes.bytes is 'Bytes on the network for each event that a follower got.';
comment on column lab_lanes.owed is 'Events that followers had to get while something was broken: a connection, the server, the database.';
comment on column lab_lanes.lost is 'How many of these they never got.';
comment on column lab_lanes.problem is 'Why this system is not measured, and what would help.';
comment on column lab_lanes.measured_at is 'When this was written.';
comment on constraint lab_lanes_are_limited_in_number on lab_lanes is 'There are at most 60 rows.';
comment on constraint lab_lanes_label_is_short on lab_lanes is 'A label has 1 to 60 characters.';
comment on constraint lab_lanes_repetitions_are_not_negative on lab_lanes is 'Repetitions are counted from 0.';
comment on constraint lab_lanes_owed_are_not_negative on lab_lanes is 'Events are counted from 0.';
comment on constraint lab_lanes_lost_were_owed on lab_lanes is 'Only an event that a follower had to get can be lost.';
comment on constraint lab_lanes_problem_is_short on lab_lanes is 'At most 300 characters.';
