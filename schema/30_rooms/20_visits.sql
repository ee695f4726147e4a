create table if not exists visits (
  room_id bigint not null references rooms on delete cascade,
  user_id bigint not null references users on delete cascade,
  role    text not null
          constraint visits_role_is_known check (role in ('HOST', 'MODERATOR', 'SPEAKER', 'AUDIENCE')),
  left_at timestamptz not null default clock_timestamp(),
  primary key (room_id, user_id)
);
alter table visits add column if not exists joined_at timestamptz not null default clock_timestamp();
alter table visits add column if not exists hidden boolean not null default false;
create index if not exists visits_by_user on visits (user_id);
create index if not exists visits_by_age on visits (left_at);

comment on table visits is
  'Who was in a room, for the page of a room that has ended; kept for 30 days. All users who may see the room may read it, like its seats; a hidden visit only that user, the host, and users who were there in that time and had come before that user left.';
comment on column visits.room_id is 'The room.';
comment on column visits.user_id is 'The person or bot who was there.';
comment on column visits.role is 'Their role when they left.';
comment on column visits.left_at is 'When they left it for the last time; if hidden, for the last time while the room was only for invited users.';
comment on column visits.joined_at is 'When they came: if hidden, for the first time while the room was only for invited users; otherwise for the last time.';
comment on column visits.hidden is 'Whether the room was only for invited users when they left. It stays so if they come again when everybody can see the room: their later visits are not stored.';
comment on index visits_by_user is 'Finds the visits of a user who is deleted.';
comment on index visits_by_age is 'Finds those that are old enough to delete.';
