create table if not exists schema_installs (
  fingerprint  text not null,
  version      text not null,
  installed_at timestamptz not null default now()
);

comment on table schema_installs is 'Which version of the schema was installed when. The newest row is the installed version.';
comment on column schema_installs.fingerprint is 'SHA-256 of the names and texts of the SQL files, in hexadecimal.';
comment on column schema_installs.version is 'The version of Roomtone that installed it.';
comment on column schema_installs.installed_at is 'When it was installed.';
