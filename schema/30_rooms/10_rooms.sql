create table if not exists rooms (
  id         bigint generated always as identity primary key,
  name       text not null
             constraint rooms_name_is_text check (name ~ '\S' and length(name) <= 120 and name !~ '[[:cntrl:]]'),
  club_id    bigint references clubs,
  host_id    bigint not null default acting_user() references users,
  stage      text not null default 'open'
             constraint rooms_stage_is_known check (stage in ('open', 'moderated')),
  created_at timestamptz not null default now(),
  ended_at   timestamptz constraint rooms_end_after_they_start check (ended_at >= created_at)
);

-- Installed when every room was open to everybody from its first moment. Before PostgreSQL 18 no column with a default
-- is added while a stored expression takes a row of the table; triggers/30_rooms/rooms.sql makes it anew.
do $$
begin
  if not exists (select from pg_attribute a where a.attrelid = 'rooms'::regclass and a.attname = 'access') then
    drop function if exists room_names(rooms);
  end if;
end
$$;
alter table rooms add column if not exists access text not null default 'open'
  constraint rooms_access_is_known check (access in ('open', 'club', 'invited'))
  constraint rooms_club_access_needs_a_club check (access <> 'club' or club_id is not null);
alter table rooms add column if not exists starts_at timestamptz
  constraint rooms_start_within_a_year check (starts_at > '-infinity' and starts_at <= created_at + interval '8784 hours');
do $$
begin
  if not exists (select from pg_attribute a where a.attrelid = 'rooms'::regclass and a.attname = 'opened_at') then
    alter table rooms add column opened_at timestamptz;
    -- Without triggers: an ended room refuses an UPDATE, and nothing happened that its log should tell.
    alter table rooms disable trigger user;
    update rooms set opened_at = created_at where opened_at is null;
    alter table rooms enable trigger user;
  end if;
end
$$;
alter table rooms add column if not exists locked boolean not null default false;
alter table rooms add column if not exists host_gone text not null default 'wait'
  constraint rooms_host_gone_is_known check (host_gone in ('wait', 'handover', 'end'));
alter table rooms add column if not exists ended_reason text
  constraint rooms_ended_reason_is_a_line
  check (ended_reason ~ '\S' and length(ended_reason) <= 200 and ended_reason !~ '[[:cntrl:]]')
  constraint rooms_only_ended_ones_have_a_reason check (ended_reason is null or ended_at is not null);
alter table rooms add column if not exists slow_mode int not null default 0
  constraint rooms_slow_mode_is_short check (slow_mode between 0 and 3600);
alter table rooms add column if not exists pinned_link text
  constraint rooms_pinned_link_is_web check (pinned_link ~ '^https?://\S+$' and length(pinned_link) <= 500);

create index if not exists rooms_still_open on rooms (id) where ended_at is null;
create index if not exists rooms_scheduled on rooms (starts_at) where opened_at is null and ended_at is null;
create index if not exists rooms_by_club on rooms (club_id) where ended_at is null;

comment on table rooms is 'Live rooms, those to come, and those that were. Joining one is an INSERT into participants.';
comment on column rooms.id is 'Identity; the room''s address is /rooms/{id}.';
comment on column rooms.name is 'What it is about today, 1 to 120 characters.';
comment on column rooms.club_id is 'The club it belongs to, if any.';
comment on column rooms.host_id is 'Who runs it; the acting user by default. Changing it hands the room over: the HOST''s seat follows.';
comment on column rooms.stage is 'open: newcomers are speakers, as in the article; moderated: newcomers are audience.';
comment on column rooms.created_at is 'When it was made.';
comment on column rooms.ended_at is 'When it ended for everyone; null while it is open. An ended room never reopens.';
comment on column rooms.access is
  'Who may come in: open (everybody), club (its members), invited (those who accepted an invitation; nobody else sees it). Guests, who accepted one, always may.';
comment on column rooms.starts_at is 'When it was, or is, to open; null: at once.';
comment on column rooms.opened_at is 'When it opened; null: it is still to come, and only its host enters. What has opened stays open until it ends.';
comment on column rooms.locked is 'Nobody new comes in; whoever holds a seat keeps it, and the host always enters.';
comment on column rooms.host_gone is
  'What happens when the host leaves or is lost: wait for them, handover to the longest-serving moderator or else speaker, or end.';
comment on column rooms.ended_reason is 'Why it ended, in a line of at most 200 characters, if anybody said.';
comment on column rooms.slow_mode is 'Seconds between two messages of one person; 0: as they come. Those who moderate are free.';
comment on column rooms.pinned_link is 'A link shown on top to everybody, http or https.';
comment on index rooms_still_open is 'The hallway reads only these.';
comment on index rooms_scheduled is 'Finds the rooms whose time has come.';
comment on index rooms_by_club is 'Finds and counts a club''s rooms.';
comment on constraint rooms_end_after_they_start on rooms is 'Time runs forward.';
comment on constraint rooms_start_within_a_year on rooms is 'Nobody knows what they will want to talk about later than that.';
comment on constraint rooms_club_access_needs_a_club on rooms is 'A room for members needs a club they are members of.';
comment on constraint rooms_only_ended_ones_have_a_reason on rooms is 'Nothing ends without ending.';
