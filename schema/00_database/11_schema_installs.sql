create table if not exists schema_installs (
  fingerprint  text not null,
  version      text not null,
  installed_at timestamptz not null default now()
);
alter table schema_installs
  add column if not exists revision int not null default 1,
  add column if not exists oldest_relay int not null default 1,
  add column if not exists files jsonb not null default '{}',
  add column if not exists objects text[] not null default '{}',
  add column if not exists members text[] not null default '{}';

comment on table schema_installs is 'Which version of the schema was installed when. The newest row is the installed version; the row of infinity is for release 0.1.0.';
comment on column schema_installs.fingerprint is 'SHA-256 of the names and texts of the SQL files, in hexadecimal.';
comment on column schema_installs.version is 'The version of Roomtone that installed it.';
comment on column schema_installs.installed_at is 'When it was installed.';
comment on column schema_installs.revision is 'Number of the schema: each release that changes it has a larger one.';
comment on column schema_installs.oldest_relay is 'The smallest revision whose relays, media nodes and bots this schema serves. Those of smaller ones do not start.';
comment on column schema_installs.files is 'The files that made it, each with the MD5 of its text: an update runs the changed ones again, and each migration once.';
comment on column schema_installs.objects is 'The tables, views and functions that the files create. Everything else in the schema is not Roomtone''s: see objects_of_others.';
comment on column schema_installs.members is 'The memberships in roles that the installation granted, as in `roomtone_anon from roomtone_relay`.';

-- Release 0.1.0 installs its own schema wherever the newest row has another fingerprint than its own. So it finds its own.
insert into schema_installs (fingerprint, version, installed_at)
select 'f12f18ff770a8348823d50fd3e56ed83cdc6a9de9c89c54c239a77189b020cb1', '0.1.0', 'infinity'
where not exists (select from schema_installs where installed_at = 'infinity');
