create table if not exists bans (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null references users on delete cascade,
  banned_by  bigint default acting_user(),
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists bans_by_user on bans (user_id);

comment on table bans is 'Who may not come back into which room. INSERT removes them at once, DELETE lets them in again.';
comment on column bans.room_id is 'The room.';
comment on column bans.user_id is 'Who is banned from it.';
comment on column bans.banned_by is 'Who banned them: the acting user; null for the operator in psql.';
comment on column bans.created_at is 'Since when.';
comment on index bans_by_user is 'Finds the rooms one is banned from.';
