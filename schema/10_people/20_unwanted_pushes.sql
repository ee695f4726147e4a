create table if not exists unwanted_pushes (
  user_id bigint not null default acting_user() references users on delete cascade,
  kind    text not null constraint unwanted_pushes_kind_is_known check (kind in ('reminder', 'followed', 'speak', 'invitation')),
  primary key (user_id, kind)
);

comment on table unwanted_pushes is
  'Which kinds of push notifications a user has switched off: insert into unwanted_pushes (kind) values (''followed''); without a row a kind is on. Only the user can see it.';
comment on column unwanted_pushes.user_id is 'The user; the acting user by default.';
comment on column unwanted_pushes.kind is
  'reminder: a planned room opens of which they want to be reminded; followed: somebody they follow opens a room; speak: they are invited to speak; invitation: they are invited to a room.';
comment on constraint unwanted_pushes_kind_is_known on unwanted_pushes is 'There are four kinds.';
