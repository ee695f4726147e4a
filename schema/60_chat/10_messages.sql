-- A logged table whose commits wait for the disk: no message is lost in a crash (tg_set_synchronous_commit).

create table if not exists messages (
  id         bigint generated always as identity primary key,
  room_id    bigint not null references rooms on delete cascade,
  user_id    bigint not null default acting_user() references users on delete cascade,
  body       text not null
             constraint messages_body_is_text check (body ~ '\S' and length(body) <= 2000 and body !~ '[\x01-\x08\x0b-\x1f\x7f]'),
  created_at timestamptz not null default clock_timestamp()
);
alter table messages add column if not exists client_id uuid;
create index if not exists messages_by_room on messages (room_id, id);
create unique index if not exists messages_client_id_is_new on messages (user_id, client_id);
drop index if exists messages_by_user;

comment on table messages is 'Chat messages in rooms: select say(1, ''hello'');';
comment on column messages.id is 'Id of the message; ids increase in the order in which messages were written.';
comment on column messages.room_id is 'The room.';
comment on column messages.user_id is 'The author: the acting user.';
comment on column messages.body is 'Plain text, 1 to 2,000 characters; of the control characters only tabs and new lines.';
comment on column messages.created_at is 'When it was written.';
comment on column messages.client_id is 'An id chosen by the author''s client, so that a message that is sent again is not stored twice; null from psql.';
comment on index messages_by_room is 'Reads the messages of a room in order.';
comment on index messages_client_id_is_new is 'Refuses a message that was sent before; also finds the messages of a user who is deleted.';

select refuse_hidden_controls('messages', 'body');
