create table if not exists rooms (
  id         bigint generated always as identity primary key,
  name       text not null
             constraint rooms_name_is_text check (name ~ '\S' and length(name) <= 120 and name !~ '[[:cntrl:]]'),
  club_id    bigint references clubs on delete set null,
  host_id    bigint not null default acting_user() references users,
  stage      text not null default 'open'
             constraint rooms_stage_is_known check (stage in ('open', 'moderated')),
  created_at timestamptz not null default now(),
  ended_at   timestamptz constraint rooms_end_after_they_start check (ended_at >= created_at)
);

-- Columns that came later. PostgreSQL before 18 refuses to add a column with a default while the body of an SQL function
-- (BEGIN ATOMIC, RETURN) takes a row of this table, so no such function does.
alter table rooms add column if not exists access text not null default 'open'
  constraint rooms_access_is_known check (access in ('open', 'club', 'invited'))
  constraint rooms_club_access_needs_a_club check (access <> 'club' or club_id is not null);
alter table rooms add column if not exists starts_at timestamptz
  constraint rooms_start_within_a_year check (starts_at > '-infinity' and starts_at <= created_at + interval '8784 hours');
do $$
begin
  if not exists (select from pg_attribute a where a.attrelid = 'rooms'::regclass and a.attname = 'opened_at') then
    alter table rooms add column opened_at timestamptz;
    -- Without triggers: they refuse changes to ended rooms, and this change does not belong in the log.
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
  constraint rooms_pinned_link_is_a_web_address check (pinned_link ~ '^https?://\S+$' and length(pinned_link) <= 500);

alter table rooms add column if not exists topology text not null default 'mesh'
  constraint rooms_topology_is_known check (topology in ('mesh', 'sfu', 'mcu'));

alter table rooms alter column topology set default 'auto'; -- never stored: tg_rooms__choose_automatically
alter table rooms add column if not exists topology_is_auto boolean not null default false;

alter table rooms add column if not exists roster text not null default 'full'
  constraint rooms_roster_is_known check (roster in ('full', 'counted'));

alter table rooms add column if not exists broadcast boolean not null default false
  constraint rooms_broadcast_is_for_everybody check (not broadcast or (access = 'open' and not locked));

alter table rooms add column if not exists description text
  constraint rooms_description_is_text
  check (description ~ '\S' and length(description) <= 500 and description !~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]');

alter table rooms add column if not exists co_host_ids bigint[] not null default '{}'
  constraint rooms_co_hosts_are_few check (cardinality(co_host_ids) <= 10);

alter table rooms add column if not exists time_zone text;
alter table rooms add column if not exists repeats_from timestamp;
alter table rooms add column if not exists repeats text
  constraint rooms_repeats_is_known check (repeats in ('weekly'))
  constraint rooms_repeating_ones_have_a_time_zone check (repeats is null or (time_zone is not null and repeats_from is not null));

alter table rooms add column if not exists captions boolean not null default false;

alter table rooms add column if not exists encrypted boolean not null default false
  constraint rooms_encrypted_ones_are_not_mixed check (not encrypted or (topology in ('mesh', 'sfu') and not broadcast));

create index if not exists rooms_still_open on rooms (id) where ended_at is null;
create index if not exists rooms_scheduled on rooms (starts_at) where opened_at is null and ended_at is null;
-- Release 0.1.0 did not allow a club that had rooms to be deleted.
do $$
begin
  if exists (select from pg_constraint c where c.conrelid = 'rooms'::regclass and c.conname = 'rooms_club_id_fkey' and c.confdeltype <> 'n') then
    alter table rooms drop constraint rooms_club_id_fkey, add constraint rooms_club_id_fkey foreign key (club_id) references clubs on delete set null;
  end if;
end
$$;
create index if not exists rooms_by_club on rooms (club_id) where ended_at is null;

comment on table rooms is 'Rooms: scheduled, open and ended. Joining a room is an INSERT into participants.';
comment on column rooms.id is 'Id of the room; its address is /rooms/{id}.';
comment on column rooms.name is 'The room''s name, 1 to 120 characters.';
comment on column rooms.description is 'What the room is about, in 1 to 500 characters and as many lines as one likes; null without one. Found by search.';
comment on column rooms.co_host_ids is 'User ids of the co-hosts, whom the host names (add_co_host), in that order: they open the room, join it before it opens, moderate it, and end it when it has opened.';
comment on column rooms.repeats is 'weekly: when the room ends, the next one is planned, at the same time of day in time_zone, also when clocks change; null: it does not repeat. A room that ends before it opened, is cancelled, ends the series.';
comment on column rooms.time_zone is 'The planner''s time zone, in which a repeated room keeps its time of day: an IANA name such as Europe/Berlin.';
comment on column rooms.repeats_from is 'The first time of the series, in time_zone: all others are whole weeks later. Set by the database.';
comment on column rooms.club_id is 'The club it belongs to, if any. Null, too, after its club was deleted, which is possible when the room has ended.';
comment on column rooms.host_id is 'The host; the acting user by default. Changing it hands the room over: the role HOST moves to the new host''s seat.';
comment on column rooms.stage is 'open: participants join as speakers; moderated: participants join as audience.';
comment on column rooms.created_at is 'When the room was created.';
comment on column rooms.ended_at is 'When the room ended for everybody; null before. An ended room never opens again.';
comment on column rooms.access is
  'Who may join: open (everybody), club (members of the room''s club), invited (only users who accepted an invitation; only users listed by room_readers see it). Guests, who accepted an invitation, may always join.';
comment on column rooms.starts_at is 'When the room was or is to open; null: when it was created.';
comment on column rooms.opened_at is 'When the room opened; null: it is scheduled, and only its host and co-hosts may join. An open room stays open until it ends.';
comment on column rooms.locked is 'Whether no new participants may join. Participants keep their seats, and host and co-hosts may always join.';
comment on column rooms.host_gone is
  'What happens when the host leaves or loses their connection: wait (for the host), handover (to the moderator, or else speaker, who joined first), end.';
comment on column rooms.ended_reason is 'Why the room ended, in one line of at most 200 characters; null if no reason was given.';
comment on column rooms.slow_mode is 'Minimum seconds between two messages of one participant; 0: no minimum. Host and moderators are exempt.';
comment on column rooms.pinned_link is 'A link that the page shows to all participants; http or https.';
comment on column rooms.topology is
  'How audio travels. mesh: every participant connects to every other; sfu: a node forwards the audio of each; mcu: a node mixes the audio of all. UPDATE it and the room moves while people talk. Written as auto, which is the default, the database chooses, now and later: mesh for few people, sfu for more (choose_topology).';
comment on column rooms.topology_is_auto is
  'Whether the database chooses the topology, because auto was written to it; topology_reason has why. False: the host has chosen it.';
comment on column rooms.roster is
  'How participants learn of the audience. full: every seat by its own events; counted: in a room with many seats, only how many listen (fit_roster). Set by the database alone.';
comment on column rooms.broadcast is
  'Whether anybody may listen without a seat and without signing in, also on other sites (GET /rooms/{id}/listen). Switched on by the host alone, and off when the room is locked, ends or is no longer open to everybody.';
comment on column rooms.captions is
  'Whether what is said here may be written as captions, of each speaker who agrees (participants.captioned_by). Switched by the host alone; off, it ends every such agreement.';
comment on column rooms.encrypted is
  'Whether browsers encrypt the audio end to end, so that no node can hear it. Chosen when the room is made. Such a room is a mesh or on an SFU, has at most 50 participants, and is neither recorded nor broadcast. Chat is not encrypted.';
comment on index rooms_still_open is 'Finds open rooms, for the hallway.';
comment on index rooms_scheduled is 'Finds scheduled rooms that are due to open.';
comment on index rooms_by_club is 'Finds and counts the rooms of a club.';
comment on constraint rooms_end_after_they_start on rooms is 'A room ends after it was created.';
comment on constraint rooms_description_is_text on rooms is 'A description has 1 to 500 characters, and no control characters but tabs and ends of lines.';
comment on constraint rooms_co_hosts_are_few on rooms is 'A room has at most 10 co-hosts.';
comment on constraint rooms_repeats_is_known on rooms is 'A room repeats weekly, or not.';
comment on constraint rooms_repeating_ones_have_a_time_zone on rooms is 'A room that repeats has a time zone, and a time at which the series began.';
comment on constraint rooms_start_within_a_year on rooms is 'A room is scheduled at most a year (366 days) ahead.';
comment on constraint rooms_roster_is_known on rooms is 'A roster is full or counted.';
comment on constraint rooms_broadcast_is_for_everybody on rooms is 'Only a room that everybody may enter can be heard without a seat.';
comment on constraint rooms_encrypted_ones_are_not_mixed on rooms is 'Nobody but the participants can mix audio that is encrypted end to end.';
comment on constraint rooms_topology_is_known on rooms is 'A topology is mesh, sfu or mcu.';
comment on constraint rooms_club_access_needs_a_club on rooms is 'A room for club members belongs to a club.';
comment on constraint rooms_only_ended_ones_have_a_reason on rooms is 'Only an ended room has a reason for its end.';

select refuse_bad_names('rooms', 'name', 'room');
select refuse_hidden_controls('rooms', 'description');
select refuse_hidden_controls('rooms', 'ended_reason');
select refuse_hidden_controls('rooms', 'pinned_link');
