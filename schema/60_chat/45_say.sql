create or replace function say(room_id bigint, body text) returns bigint
language sql
begin atomic
  insert into messages (room_id, body) values (say.room_id, say.body) returning id;
end;

comment on function say(bigint, text) is 'Write a message to all participants of the room; returns its id.';
