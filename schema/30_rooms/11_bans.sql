create table if not exists bans (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null references users on delete cascade,
  banned_by  bigint default acting_user(),
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists bans_by_user on bans (user_id);

comment on table bans is 'Which user is banned from which room. INSERT removes the user from the room at once; DELETE lifts the ban.';
comment on column bans.room_id is 'The room.';
comment on column bans.user_id is 'The banned user.';
comment on column bans.banned_by is 'The user who banned them: the acting user; null for an operator in psql.';
comment on column bans.created_at is 'Since when the user is banned.';
comment on index bans_by_user is 'Finds the rooms from which a user is banned.';
