-- UNLOGGED and without foreign keys, as signals are: what floats by and is gone need not survive a crash.

create unlogged table if not exists reactions (
  id         bigint generated always as identity primary key,
  room_id    bigint not null,
  user_id    bigint not null default acting_user(),
  emoji      text not null
             constraint reactions_emoji_is_known check (emoji in ('👏', '❤️', '😂', '🔥', '👍', '🎉', '😮', '🙏')),
  created_at timestamptz not null default clock_timestamp()
);
create index if not exists reactions_by_age on reactions (created_at);

comment on table reactions is 'An emoji that floats through a room and is gone: select react(1, ''👏''); kept for a minute.';
comment on column reactions.id is 'Identity, in the order they were shown.';
comment on column reactions.room_id is 'The room.';
comment on column reactions.user_id is 'Who shows it: the acting user.';
comment on column reactions.emoji is 'One of 👏 ❤️ 😂 🔥 👍 🎉 😮 🙏.';
comment on column reactions.created_at is 'When it was shown.';
comment on index reactions_by_age is 'Finds what has floated by.';
