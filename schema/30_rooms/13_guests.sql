create table if not exists guests (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null references users on delete cascade,
  invited_by bigint,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists guests_by_user on guests (user_id);

comment on table guests is
  'Which user accepted an invitation to which room, and may therefore join it although it is for invited users or club members. DELETE takes that permission back.';
comment on column guests.room_id is 'The room.';
comment on column guests.user_id is 'The guest, who may join.';
comment on column guests.invited_by is 'The user who made the accepted invitation; null for an operator in psql.';
comment on column guests.created_at is 'When the invitation was accepted.';
comment on index guests_by_user is 'Finds the rooms of which a user is a guest.';
