create table if not exists reminders (
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null default acting_user() references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
alter table reminders
  add column if not exists repeated boolean not null default false,
  add column if not exists seen_at timestamptz;
create index if not exists reminders_by_user on reminders (user_id);

comment on table reminders is 'Which user wants to be notified when which scheduled room opens. INSERT asks for it, also with `repeated` for every room of a series; DELETE cancels it. Only the user can see it.';
comment on column reminders.room_id is 'The scheduled room.';
comment on column reminders.user_id is 'The user to notify; the acting user by default.';
comment on column reminders.created_at is 'When the user asked for it.';
comment on column reminders.repeated is 'Whether the user wants to be notified of the next rooms of the series, too: when one is planned, the row becomes that of the new room.';
comment on column reminders.seen_at is 'When the user has seen that the room is open; null: not yet.';
comment on index reminders_by_user is 'Finds the rooms for which a user waits.';
