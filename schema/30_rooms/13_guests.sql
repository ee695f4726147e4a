create table if not exists guests (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null references users on delete cascade,
  invited_by bigint,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists guests_by_user on guests (user_id);

comment on table guests is
  'Who accepted an invitation to a room, and so may enter it though it is for the invited, or for the members of a club. DELETE takes that back.';
comment on column guests.room_id is 'The room.';
comment on column guests.user_id is 'Who may enter.';
comment on column guests.invited_by is 'Who made the invitation they accepted; null for the operator in psql.';
comment on column guests.created_at is 'When they accepted.';
comment on index guests_by_user is 'Finds the rooms one is a guest of.';
