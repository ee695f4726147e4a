-- A logged table whose commits do not wait for the disk (see tg_set_asynchronous_commit): seats survive a crash of the
-- server all but the last instant, so a speaker is still a speaker after it, and joining stays quick.

create table if not exists participants (
  room_id     bigint not null references rooms on delete cascade,
  user_id     bigint not null default acting_user() references users on delete cascade,
  peer_id     uuid default gen_random_uuid() constraint participants_peer_id_is_unique unique,
  kind        text not null default 'person'
              constraint participants_kind_is_known check (kind in ('person', 'bot', 'sfu', 'mcu')),
  role        text not null
              constraint participants_role_is_known check (role in ('HOST', 'MODERATOR', 'SPEAKER', 'AUDIENCE')),
  muted       boolean not null default true,
  join_date   timestamptz not null default clock_timestamp(),
  hand_raised_at timestamptz,
  invited_to_speak_at timestamptz,
  asked_to_unmute_at timestamptz,
  seq         bigint,
  served_by text,
  expires_at   timestamptz,
  primary key (room_id, user_id),
  constraint participants_audience_is_muted check (role <> 'AUDIENCE' or muted),
  constraint participants_only_the_audience_raises_hands check (hand_raised_at is null or role = 'AUDIENCE'),
  constraint participants_only_the_audience_is_invited check (invited_to_speak_at is null or role = 'AUDIENCE'),
  constraint participants_only_the_muted_are_asked check (asked_to_unmute_at is null or (muted and role <> 'AUDIENCE')),
  constraint participants_only_the_host_stays check (peer_id is not null or role = 'HOST')
);
-- Installed before there were hands.
alter table participants add column if not exists hand_raised_at timestamptz
  constraint participants_only_the_audience_raises_hands check (hand_raised_at is null or role = 'AUDIENCE');
-- Installed when moderators still brought people to the stage without asking them.
alter table participants add column if not exists invited_to_speak_at timestamptz
  constraint participants_only_the_audience_is_invited check (invited_to_speak_at is null or role = 'AUDIENCE');
alter table participants add column if not exists asked_to_unmute_at timestamptz
  constraint participants_only_the_muted_are_asked check (asked_to_unmute_at is null or (muted and role <> 'AUDIENCE'));
create index if not exists participants_by_user on participants (user_id);
-- Small, and written all the time: swept often, with room on each page for HOT updates.
alter table participants set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

comment on table participants is
  'One row is one seat: INSERT joins, DELETE leaves. Joining again is an upsert with a new peer_id.';
comment on column participants.room_id is 'The room.';
comment on column participants.user_id is 'Who sits here; the acting user by default.';
comment on column participants.peer_id is
  'This session of the seat, the address of signals. It fences: an older one is refused. Null: the host is away.';
comment on column participants.kind is 'person, bot, or the media nodes sfu and mcu. Derived from the user.';
comment on column participants.role is
  'HOST, MODERATOR, SPEAKER or AUDIENCE. Left out, it is derived: the room''s host, a speaker on an open stage, audience on a moderated one.';
comment on column participants.muted is 'Microphone off. True on entry; moderators may set it, only the seat''s own user may clear it.';
comment on column participants.join_date is 'When this session began.';
comment on column participants.hand_raised_at is
  'Since when somebody in the audience of a moderated room asks to speak; the queue is in this order. Null: no hand is up.';
comment on column participants.invited_to_speak_at is
  'Since when a moderator invites this listener to the stage. Both keys are needed: asked and invited, or invited and accepted.';
comment on column participants.asked_to_unmute_at is
  'Since when a moderator asks for this microphone to be switched on; it is their own to switch.';
comment on column participants.seq is
  'Position of the joining in the room''s log. Of two people the one with the larger seq is the newcomer, who offers.';
comment on column participants.served_by is 'The relay that serves this seat a stream; null for a seat taken by hand in psql.';
comment on column participants.expires_at is 'When the seat is given up unless somebody follows the room on it; null while followed, or taken by hand.';
comment on constraint participants_audience_is_muted on participants is 'Audience has no microphone.';
comment on constraint participants_only_the_audience_raises_hands on participants is 'Whoever is on stage may speak already.';
comment on constraint participants_only_the_audience_is_invited on participants is 'Whoever is on stage needs no invitation to it.';
comment on constraint participants_only_the_muted_are_asked on participants is
  'A microphone that is on, or that there is none of, need not be switched on.';
comment on constraint participants_only_the_host_stays on participants is
  'Whoever leaves gives up the seat, except the host, whose row stays with a null peer_id.';
comment on index participants_by_user is 'Finds a user''s seats when they sign out.';
