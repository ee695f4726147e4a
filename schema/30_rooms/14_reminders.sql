create table if not exists reminders (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null default acting_user() references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists reminders_by_user on reminders (user_id);

comment on table reminders is 'Who wants to be told when a scheduled room opens. INSERT asks for it, DELETE does no more; nobody else knows.';
comment on column reminders.room_id is 'The room that is still to open.';
comment on column reminders.user_id is 'Who wants to know; the acting user by default.';
comment on column reminders.created_at is 'Since when.';
comment on index reminders_by_user is 'Finds the rooms one waits for.';
