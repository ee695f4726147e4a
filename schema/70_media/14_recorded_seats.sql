create table if not exists recorded_seats (
  recording_id bigint not null references recordings on delete cascade,
  user_id      bigint not null references users on delete cascade,
  primary key (recording_id, user_id)
);
create index if not exists recorded_seats_by_user on recorded_seats (user_id);

comment on table recorded_seats is
  'Which user was in the room during which recording, and may therefore play it. Written by the database when participants join.';
comment on column recorded_seats.recording_id is 'The recording.';
comment on column recorded_seats.user_id is 'The participant.';
comment on index recorded_seats_by_user is 'Finds the recordings that a user may play.';
