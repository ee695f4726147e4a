create table if not exists recorded_seats (
  recording_id bigint not null references recordings on delete cascade,
  user_id      bigint not null references users on delete cascade,
  primary key (recording_id, user_id)
);
create index if not exists recorded_seats_by_user on recorded_seats (user_id);

comment on table recorded_seats is
  'Who sat in the room while it was recorded, and may therefore hear it. Written by the database as people come.';
comment on column recorded_seats.recording_id is 'The recording.';
comment on column recorded_seats.user_id is 'Who was there.';
comment on index recorded_seats_by_user is 'Lists what somebody may hear.';
