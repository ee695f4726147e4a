-- A restored backup and a copy have the rows of the original, this one included, but live in a database of their own.
create table if not exists database_marks (
  noticed_at        timestamptz primary key default clock_timestamp(),
  system_identifier bigint not null,
  database_oid      oid not null,
  logs_oid          oid not null
);

comment on table database_marks is
  'The databases in which these rows have lived; the newest is this one. Where it is not, the rows were restored from a backup, or copied: see notice_copy.';
comment on column database_marks.noticed_at is 'Since when they have lived there.';
comment on column database_marks.system_identifier is 'The server, as pg_control_system() has it.';
comment on column database_marks.database_oid is 'The database in that server (pg_database.oid).';
comment on column database_marks.logs_oid is 'The table `logs`: another one after a restore into the same database.';
