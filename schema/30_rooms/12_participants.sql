-- A logged table, whose commits do not wait for the disk (tg_set_asynchronous_commit): after a crash of the server seats and
-- roles are still there, except for the last moment before it, and joining is fast.

create table if not exists participants (
  room_id     bigint not null references rooms on delete cascade,
  user_id     bigint not null default acting_user() references users on delete cascade,
  peer_id     uuid default gen_random_uuid() constraint participants_peer_id_is_unique unique,
  kind        text not null default 'person'
              constraint participants_kind_is_known check (kind in ('person', 'bot', 'sfu', 'mcu', 'edge')),
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
  constraint participants_only_the_host_may_be_away check (peer_id is not null or role = 'HOST')
);
-- Columns that came later, for databases that had the table before.
alter table participants add column if not exists hand_raised_at timestamptz
  constraint participants_only_the_audience_raises_hands check (hand_raised_at is null or role = 'AUDIENCE');
alter table participants add column if not exists invited_to_speak_at timestamptz
  constraint participants_only_the_audience_is_invited check (invited_to_speak_at is null or role = 'AUDIENCE');
alter table participants add column if not exists asked_to_unmute_at timestamptz
  constraint participants_only_the_muted_are_asked check (asked_to_unmute_at is null or (muted and role <> 'AUDIENCE'));
create index if not exists participants_by_user on participants (user_id);
create index if not exists participants_by_seq on participants (room_id, seq);
create index if not exists participants_in_sight on participants (room_id)
  where role <> 'AUDIENCE' or hand_raised_at is not null or invited_to_speak_at is not null;
alter table participants add column if not exists edge uuid;
do $$
begin
  if not exists (select from pg_constraint c where c.conrelid = 'participants'::regclass and c.conname = 'participants_kind_is_known'
                   and pg_get_constraintdef(c.oid) like '%edge%') then
    alter table participants drop constraint participants_kind_is_known,
      add constraint participants_kind_is_known check (kind in ('person', 'bot', 'sfu', 'mcu', 'edge'));
    drop index if exists participants_of_nodes;
  end if;
end
$$;
create index if not exists participants_of_nodes on participants (peer_id) where kind not in ('person', 'bot');
alter table participants add column if not exists served_directly boolean not null default false
  constraint participants_have_one_node check (not served_directly or edge is null);
alter table participants add column if not exists offers boolean not null default false;
alter table participants add column if not exists captioned_by text
  constraint participants_captioned_by_is_known check (captioned_by in ('self', 'operator'))
  constraint participants_audience_has_no_captions check (captioned_by is null or (role <> 'AUDIENCE' and peer_id is not null));
drop index if exists participants_served_directly;
create index if not exists participants_that_stay on participants (room_id) where served_directly or offers;
create index if not exists participants_by_edge on participants (edge) where edge is not null;
-- An uncompressed point of the curve P-256 has 65 bytes, of which the first is 4: 87 characters in base64url.
alter table participants add column if not exists signing_key text
  constraint participants_signing_key_is_a_point check (signing_key ~ '^B[A-P][A-Za-z0-9_-]{85}$');
alter table participants add column if not exists agreement_key text
  constraint participants_agreement_key_is_a_point check (agreement_key ~ '^B[A-P][A-Za-z0-9_-]{85}$')
  constraint participants_have_both_keys_or_none check ((signing_key is null) = (agreement_key is null));
-- Small and often updated: vacuumed often, with free space on each page for HOT updates.
alter table participants set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

comment on table participants is
  'Seats in rooms: INSERT joins, DELETE leaves. Joining again is an upsert with a new peer_id.';
comment on column participants.room_id is 'The room.';
comment on column participants.user_id is 'The participant; the acting user by default.';
comment on column participants.peer_id is
  'Id of this session of the seat; signals are sent to it. Requests with an older peer_id are refused. Null: the host has left, and keeps the seat.';
comment on column participants.kind is 'person, bot, or sfu, mcu or edge for the seat of a media node. Derived from the user.';
comment on column participants.role is
  'HOST, MODERATOR, SPEAKER or AUDIENCE. By default HOST for the room''s host, else SPEAKER on an open stage and AUDIENCE on a moderated one.';
comment on column participants.muted is 'Whether the microphone is off. True on joining. Moderators may set it; only the participant may clear it.';
comment on column participants.join_date is 'When this session began: the participant joined, or joined again.';
comment on column participants.hand_raised_at is
  'Since when the hand is raised, that is, an audience member of a moderated room asks to speak. The queue is in this order. Null: no hand is raised.';
comment on column participants.invited_to_speak_at is
  'Since when host or moderators invite this audience member to speak. They speak when they accept, or at once if their hand is raised.';
comment on column participants.asked_to_unmute_at is
  'Since when host or moderators ask this participant to switch the microphone on; only the participant can.';
comment on column participants.seq is
  'Position of the join event in the room''s log. Of two participants the one with the larger seq is the newcomer, and sends the first offer.';
comment on column participants.served_by is 'The process that serves this participant the room''s events: nodes.id of a relay, bot or media node. Null for a seat taken by hand in psql.';
comment on column participants.expires_at is 'End of the grace period: when the seat is deleted, unless its participant receives the room''s events again. Null while they do, and for a seat taken by hand in psql.';
comment on column participants.edge is
  'The peer_id of the edge that sends this listener the room''s mix. Null: the node of the stage serves them, as everybody who may speak, raises a hand or is invited to speak; or there is no node. Set by the database.';
comment on column participants.served_directly is
  'Whether no edge can serve this session: it speaks by WHIP, or an edge has tried in vain. Joining again clears it.';
comment on column participants.offers is
  'Whether this session offers its only connection itself: it listens by WHEP. It gets an edge when it joins, or never, and cannot move: when its edge is lost, it ends. Joining again clears it.';
comment on column participants.captioned_by is
  'Whom this participant lets write captions of what they say: self, their own client; operator, the operator''s program (roomtone captions); null: nobody. It needs rooms.captions, and ends with the session and with the place on stage.';
comment on constraint participants_captioned_by_is_known on participants is 'Captions are written by the participant''s own client, or by the operator''s program.';
comment on constraint participants_audience_has_no_captions on participants is 'Only what is said on stage has captions.';
comment on column participants.signing_key is
  'In an encrypted room, the public key with which this session signs its rows in sender_keys: ECDSA with P-256, as an uncompressed point in base64url. Null: it cannot hear the room. Written once in a session, by its user.';
comment on column participants.agreement_key is
  'In an encrypted room, the public key for which others encrypt the keys of their audio (sender_keys): ECDH with P-256, as an uncompressed point in base64url.';
comment on constraint participants_signing_key_is_a_point on participants is 'A signing key is a point of the curve P-256.';
comment on constraint participants_agreement_key_is_a_point on participants is 'An agreement key is a point of the curve P-256.';
comment on constraint participants_have_both_keys_or_none on participants is 'A session signs with one key and receives keys with the other.';
comment on constraint participants_have_one_node on participants is 'Who cannot be served by an edge has none.';
comment on constraint participants_audience_is_muted on participants is 'Audience members have no microphone.';
comment on constraint participants_only_the_audience_raises_hands on participants is 'Participants on stage may speak without asking.';
comment on constraint participants_only_the_audience_is_invited on participants is 'Participants on stage need no invitation to speak.';
comment on constraint participants_only_the_muted_are_asked on participants is
  'Only a participant on stage whose microphone is off is asked to switch it on.';
comment on constraint participants_only_the_host_may_be_away on participants is
  'When a participant leaves, the seat is deleted, except the host''s, which stays with a null peer_id.';
comment on index participants_by_user is 'Finds the seats of a user who signs out.';
comment on index participants_by_seq is 'Pages through the names of a room in the order of joining.';
comment on index participants_that_stay is 'Counts, in a room, those who cannot move from the node of the stage to an edge.';
comment on index participants_by_edge is 'Finds and counts the listeners of an edge.';
comment on index participants_of_nodes is 'Finds seats of media nodes that host the room no longer.';
comment on index participants_in_sight is 'Finds, in a room with a large audience, the seats of which everybody learns: on stage, with a raised hand, or invited to speak.';
