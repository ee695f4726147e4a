create table if not exists invitations (
  id           bigint generated always as identity primary key,
  code         text not null default new_code() constraint invitations_code_is_unique unique,
  club_id      bigint references clubs on delete cascade,
  room_id      bigint references rooms on delete cascade,
  invited_user bigint references users on delete cascade,
  invited_by   bigint default acting_user() references users on delete cascade,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null default now() + interval '7 days',
  max_uses     int constraint invitations_have_uses check (max_uses > 0),
  uses         int not null default 0,
  declined_at  timestamptz,
  constraint invitations_are_to_one_place check (num_nonnulls(club_id, room_id) = 1),
  constraint invitations_not_to_oneself check (invited_user <> invited_by),
  constraint invitations_end_within_90_days check (expires_at > created_at and expires_at <= created_at + interval '2160 hours'),
  constraint invitations_uses_are_counted check (uses between 0 and coalesce(max_uses, uses)),
  constraint invitations_only_named_ones_are_declined check (declined_at is null or invited_user is not null)
);
create index if not exists invitations_by_invited_user on invitations (invited_user) where invited_user is not null;
create index if not exists invitations_by_club on invitations (club_id) where club_id is not null;
create index if not exists invitations_by_room on invitations (room_id) where room_id is not null;
create index if not exists invitations_by_maker on invitations (invited_by);

comment on table invitations is
  'Ways into a club or a room: a link for whoever holds it, or a named one for somebody in particular. DELETE withdraws it.';
comment on column invitations.id is 'Identity; what the bell tells of a named one.';
comment on column invitations.code is 'The secret part of its address, /invitations/{code}. Whoever has it may ask what it is for.';
comment on column invitations.club_id is 'The club it is to; accepting it makes a member.';
comment on column invitations.room_id is 'The room it is to; accepting it makes a guest.';
comment on column invitations.invited_user is 'Who is invited; null: whoever has the link.';
comment on column invitations.invited_by is 'Who made it: the acting user; null for the operator in psql.';
comment on column invitations.created_at is 'When it was made.';
comment on column invitations.expires_at is 'Until when it can be accepted: a week, unless told otherwise; at most 90 days.';
comment on column invitations.max_uses is 'How many may accept it; null: as many as like. A named one: 1.';
comment on column invitations.uses is 'How many have.';
comment on column invitations.declined_at is 'When who was invited said no.';
comment on constraint invitations_are_to_one_place on invitations is 'To a club or to a room.';
comment on constraint invitations_not_to_oneself on invitations is 'Nobody invites themselves.';
comment on constraint invitations_end_within_90_days on invitations is 'No link stays good for ever.';
comment on constraint invitations_uses_are_counted on invitations is 'It is never accepted more often than it may be.';
comment on constraint invitations_only_named_ones_are_declined on invitations is 'A link is nobody''s to decline.';
comment on index invitations_by_invited_user is 'Finds what somebody is invited to.';
comment on index invitations_by_club is 'Finds a club''s invitations.';
comment on index invitations_by_room is 'Finds a room''s invitations.';
comment on index invitations_by_maker is 'Finds what somebody made.';
