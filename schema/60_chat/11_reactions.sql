-- UNLOGGED and without foreign keys, as signals: reactions are shown for seconds and need not survive a crash.

create unlogged table if not exists reactions (
  id         bigint generated always as identity primary key,
  room_id    bigint not null,
  user_id    bigint not null default acting_user(),
  emoji      text not null
             constraint reactions_emoji_is_known check (emoji in ('👏', '❤️', '😂', '🔥', '👍', '🎉', '😮', '🙏')),
  created_at timestamptz not null default clock_timestamp()
);
create index if not exists reactions_by_age on reactions (created_at);

comment on table reactions is 'Emoji reactions, shown to a room for a moment and kept for a minute: select react(1, ''👏'');';
comment on column reactions.id is 'Id of the reaction; ids increase in the order in which reactions were sent.';
comment on column reactions.room_id is 'The room.';
comment on column reactions.user_id is 'The user who reacts: the acting user.';
comment on column reactions.emoji is 'One of 👏 ❤️ 😂 🔥 👍 🎉 😮 🙏.';
comment on column reactions.created_at is 'When it was sent.';
comment on index reactions_by_age is 'Finds reactions that are old enough to delete.';
