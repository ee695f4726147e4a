-- A logged table, whose commits do not wait for the disk (tg_set_asynchronous_commit), as those of seats: words are written several
-- times a second, and after a crash of the server only those of the last moment are lost.

create table if not exists captions (
  id           bigint generated always as identity primary key,
  room_id      bigint not null references rooms on delete cascade,
  user_id      bigint not null default acting_user() references users on delete cascade,
  text         text not null
               constraint captions_text_is_text check (text ~ '\S' and length(text) <= 500 and text !~ '[[:cntrl:]]'),
  final        boolean not null default false,
  started_at   timestamptz not null default clock_timestamp(),
  changed_at   timestamptz not null default clock_timestamp(),
  recording_id bigint references recordings on delete set null,
  hidden_at    timestamptz
);
alter table captions add column if not exists hidden_at timestamptz;
create index if not exists captions_by_room on captions (room_id, id);
drop index if exists captions_by_speaker;
create index if not exists captions_by_speaker_and_time on captions (user_id, started_at);
create index if not exists captions_by_speaker_not_recorded on captions (user_id) where recording_id is null;
create index if not exists captions_by_recording on captions (recording_id) where recording_id is not null;
create index if not exists captions_not_recorded on captions (started_at) where recording_id is null;

comment on table captions is
  'Captions: what a speaker says, as text. Inserted with the first words and corrected by updates until it is final; only while room and speaker both say so (require_captions): select * from captions where room_id = 1 order by id;';
comment on column captions.id is 'Id of the caption; ids increase in the order in which the captions were begun.';
comment on column captions.room_id is 'The room.';
comment on column captions.user_id is 'The speaker; by default the acting user.';
comment on column captions.text is 'The words, in one line of 1 to 500 characters.';
comment on column captions.final is 'Whether it is complete. A final caption is not changed again.';
comment on column captions.started_at is 'When the speaker began to say it, which is at most a minute before it was inserted.';
comment on column captions.changed_at is 'When it was inserted or last corrected; of a final caption, about when the speaker stopped.';
comment on column captions.recording_id is 'The recording that ran when it was begun, and keeps it; without one it is deleted after two hours. Set by the database.';
comment on column captions.hidden_at is
  'Since when its speaker no longer agrees: they withdrew, left the stage or the room, or the host switched captions off. Only who joined before reads it.';
comment on constraint captions_text_is_text on captions is 'A caption is one line of 1 to 500 characters.';
comment on index captions_by_room is 'Reads the captions of a room in order.';
comment on index captions_by_speaker_and_time is 'Finds the newest captions of a speaker who withdraws.';
comment on index captions_by_speaker_not_recorded is 'Counts the captions of a user.';
comment on index captions_by_recording is 'Finds the captions of a recording.';
comment on index captions_not_recorded is 'Finds captions that are old enough to delete.';

select refuse_hidden_controls('captions', 'text');
