create table if not exists invitations (
  id           bigint generated always as identity primary key,
  code         text not null default new_code() constraint invitations_code_is_unique unique,
  club_id      bigint references clubs on delete cascade,
  room_id      bigint references rooms on delete cascade,
  invited_user bigint references users on delete cascade,
  invited_by   bigint default acting_user() references users on delete cascade,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null default now() + interval '7 days',
  max_uses     int constraint invitations_max_uses_is_positive check (max_uses > 0),
  uses         int not null default 0,
  declined_at  timestamptz,
  constraint invitations_are_to_a_club_or_a_room check (num_nonnulls(club_id, room_id) = 1),
  constraint invitations_not_to_yourself check (invited_user <> invited_by),
  constraint invitations_end_within_90_days check (expires_at > created_at and expires_at <= created_at + interval '2160 hours'),
  constraint invitations_uses_are_within_max_uses check (uses between 0 and coalesce(max_uses, uses)),
  constraint invitations_only_named_ones_are_declined check (declined_at is null or invited_user is not null)
);
create index if not exists invitations_by_invited_user on invitations (invited_user) where invited_user is not null;
create index if not exists invitations_by_club on invitations (club_id) where club_id is not null;
create index if not exists invitations_by_room on invitations (room_id) where room_id is not null;
create index if not exists invitations_by_maker on invitations (invited_by);

comment on table invitations is
  'Invitations to a club or a room: links, which any user may accept, and named invitations, for one user. DELETE withdraws an invitation.';
comment on column invitations.id is 'Id of the invitation. Notifications about named invitations contain it.';
comment on column invitations.code is 'The secret part of the invitation''s address, /invitations/{code}. Every user who has it may read what the invitation is to.';
comment on column invitations.club_id is 'The club; a user who accepts becomes a member.';
comment on column invitations.room_id is 'The room; a user who accepts becomes a guest.';
comment on column invitations.invited_user is 'The invited user; null for a link.';
comment on column invitations.invited_by is 'The user who made it: the acting user; null for an operator in psql.';
comment on column invitations.created_at is 'When the invitation was made.';
comment on column invitations.expires_at is 'Until when it can be accepted: by default for a week, and for 90 days at most.';
comment on column invitations.max_uses is 'How many users may accept it; null: any number. 1 for a named invitation.';
comment on column invitations.uses is 'How many users have accepted it.';
comment on column invitations.declined_at is 'When the invited user declined.';
comment on constraint invitations_are_to_a_club_or_a_room on invitations is 'An invitation is either to a club or to a room.';
comment on constraint invitations_not_to_yourself on invitations is 'A user cannot invite themselves.';
comment on constraint invitations_end_within_90_days on invitations is 'An invitation is valid for 90 days at most.';
comment on constraint invitations_uses_are_within_max_uses on invitations is 'An invitation is accepted at most max_uses times.';
comment on constraint invitations_only_named_ones_are_declined on invitations is 'A link cannot be declined, because it is not for one user.';
comment on index invitations_by_invited_user is 'Finds the invitations for a user.';
comment on index invitations_by_club is 'Finds the invitations to a club.';
comment on index invitations_by_room is 'Finds the invitations to a room.';
comment on index invitations_by_maker is 'Finds the invitations that a user made.';
