create table if not exists co_host_notices (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null references users on delete cascade,
  named_by   bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists co_host_notices_by_user on co_host_notices (user_id);

comment on table co_host_notices is 'Who was named a co-host of a room and has not seen it yet. Written by the database; the user deletes the row, and it goes with the room''s end.';
comment on column co_host_notices.room_id is 'The room.';
comment on column co_host_notices.user_id is 'The new co-host.';
comment on column co_host_notices.named_by is 'Who named them; null: an operator.';
comment on column co_host_notices.created_at is 'When.';
comment on index co_host_notices_by_user is 'Finds what is for a user.';
