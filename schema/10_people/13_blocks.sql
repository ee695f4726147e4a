create table if not exists blocks (
  user_id    bigint not null default acting_user() references users on delete cascade,
  blocked_id bigint not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, blocked_id),
  constraint blocks_not_yourself check (user_id <> blocked_id)
);
create index if not exists blocks_by_blocked on blocks (blocked_id);

comment on table blocks is
  'Users whom a user has blocked: rooms with blocked users are marked, and their invitations do not arrive. Only the user who blocks can see it.';
comment on column blocks.user_id is 'The user who blocks; the acting user by default.';
comment on column blocks.blocked_id is 'The blocked user.';
comment on column blocks.created_at is 'When the user was blocked.';
comment on constraint blocks_not_yourself on blocks is 'A user cannot block themselves.';
comment on index blocks_by_blocked is 'Finds the blocks of a user who is deleted.';
