-- What the lanes of PostgreSQL itself write to: an event is a row.
create schema if not exists peers;
comment on schema peers is 'The lab beside other systems: removed with the database of the run.';

create table if not exists peers.events (
  id bigint generated always as identity primary key,
  recipient integer,
  event text not null
);
comment on table peers.events is 'Events for LISTEN: a trigger sends each as a notification.';

create table if not exists peers.decoded (like peers.events including all);
comment on table peers.decoded is 'Events for logical decoding: subscribers read them from the write-ahead log.';

create table if not exists peers.participants (like peers.events including all);
comment on table peers.participants is 'The rows of the article’s server on Socket.IO.';

create table if not exists socket_io_attachments (
  id bigserial unique,
  created_at timestamptz default now(),
  payload bytea
);
comment on table socket_io_attachments is 'The table that @socket.io/postgres-adapter asks for in its documentation.';

create or replace function peers.tg_events__notify() returns trigger
  language plpgsql
  as $$
begin
  perform pg_notify(coalesce('follower_' || new.recipient, 'room'), new.event);
  return null;
end
$$;
comment on function peers.tg_events__notify() is 'Send the event itself to the room, or to its recipient.';

create or replace trigger _900_notify after insert on peers.events
  for each row execute function peers.tg_events__notify();
