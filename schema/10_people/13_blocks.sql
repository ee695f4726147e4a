create table if not exists blocks (
  user_id    bigint not null default acting_user() references users on delete cascade,
  blocked_id bigint not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, blocked_id),
  constraint blocks_not_yourself check (user_id <> blocked_id)
);
create index if not exists blocks_by_blocked on blocks (blocked_id);

comment on table blocks is
  'Whom somebody does not want to meet: rooms they are in are marked, their invitations do not arrive. Nobody but the blocker knows.';
comment on column blocks.user_id is 'Who blocks; the acting user by default.';
comment on column blocks.blocked_id is 'Whom.';
comment on column blocks.created_at is 'Since when.';
comment on constraint blocks_not_yourself on blocks is 'One cannot avoid oneself.';
comment on index blocks_by_blocked is 'Finds a user''s blocks when the user is deleted.';
