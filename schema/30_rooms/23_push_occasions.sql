create table if not exists push_occasions (
  id            bigint generated always as identity primary key,
  kind          text not null constraint push_occasions_kind_is_known check (kind in ('reminder', 'followed', 'speak', 'invitation')),
  room_id       bigint not null references rooms on delete cascade,
  user_id       bigint references users on delete cascade,
  by_user       bigint references users on delete cascade,
  invitation_id bigint references invitations on delete cascade,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  last_told     bigint not null default 0,
  told_at       timestamptz,
  constraint push_occasions_concern_one_or_many check ((kind in ('speak', 'invitation')) = (user_id is not null)),
  constraint push_occasions_invitations_have_one check ((kind = 'invitation') = (invitation_id is not null))
);
-- PostgreSQL 14 has no NULLS NOT DISTINCT.
create unique index if not exists push_occasions_are_unique on push_occasions (kind, room_id, coalesce(user_id, 0));
create index if not exists push_occasions_by_room on push_occasions (room_id);
create index if not exists push_occasions_by_user on push_occasions (user_id) where user_id is not null;
create index if not exists push_occasions_by_maker on push_occasions (by_user) where by_user is not null;
create index if not exists push_occasions_by_invitation on push_occasions (invitation_id) where invitation_id is not null;
create index if not exists push_occasions_to_tell on push_occasions (id) where told_at is null;

comment on table push_occasions is
  'What users are to be notified of while Roomtone is not open: written by triggers if any browser is subscribed, and deleted when all are notified. Who is, is decided when a notification is sent (wants_push), so that who is blocked, banned or no longer invited meanwhile gets none.';
comment on column push_occasions.id is 'Id of the occasion.';
comment on column push_occasions.kind is 'reminder, followed, speak or invitation: see unwanted_pushes.kind.';
comment on column push_occasions.room_id is 'The room.';
comment on column push_occasions.user_id is 'Who is invited; null where all are concerned who want to be reminded, or follow the host.';
comment on column push_occasions.by_user is 'The host of the room, or who invites; null: an operator.';
comment on column push_occasions.invitation_id is 'The invitation.';
comment on column push_occasions.created_at is 'When it happened.';
comment on column push_occasions.expires_at is 'From when on nobody is notified of it any more.';
comment on column push_occasions.last_told is 'Browsers up to this id have their row in pushes, if their user wants it.';
comment on column push_occasions.told_at is 'When all of them had.';
comment on index push_occasions_are_unique is 'The same thing is waiting to be told once, however often it happens meanwhile.';
comment on index push_occasions_by_room is 'Finds the occasions of a room that is deleted.';
comment on index push_occasions_by_user is 'Finds the occasions of a user who is deleted.';
comment on index push_occasions_by_maker is 'The same.';
comment on index push_occasions_by_invitation is 'Finds the occasion of an invitation that is withdrawn.';
comment on index push_occasions_to_tell is 'Finds what is to be told.';
comment on constraint push_occasions_kind_is_known on push_occasions is 'There are four kinds.';
comment on constraint push_occasions_concern_one_or_many on push_occasions is 'An invitation is for one user, the rest for many.';
comment on constraint push_occasions_invitations_have_one on push_occasions is 'An invitation to a room is a row.';
