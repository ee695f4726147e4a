create table if not exists follows (
  user_id     bigint not null default acting_user() references users on delete cascade,
  followed_id bigint not null references users on delete cascade,
  created_at  timestamptz not null default now(),
  primary key (user_id, followed_id),
  constraint follows_not_yourself check (user_id <> followed_id)
);
create index if not exists follows_by_followed on follows (followed_id);

comment on table follows is
  'Which user follows which user: they learn in which rooms the other is, if everybody may see the room. Only the two can see it. A block ends it, both ways.';
comment on column follows.user_id is 'The user who follows; the acting user by default.';
comment on column follows.followed_id is 'The followed person or bot.';
comment on column follows.created_at is 'Since when.';
comment on constraint follows_not_yourself on follows is 'A user cannot follow themselves.';
comment on index follows_by_followed is 'Finds the followers of a user who comes into a room or leaves it.';
