create or replace function tg_messages__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if acting_user() is null then
    perform require_open_room(new.room_id);
  else
    perform require_seat(new.room_id);
  end if;
  new.created_at := clock_timestamp();
  return new;
end
$$;

comment on function tg_messages__guard() is 'Whoever writes in a room sits in it, and it is open.';

create or replace trigger _100_guard before insert on messages
for each row execute function tg_messages__guard();
comment on trigger _100_guard on messages is 'Refuses messages from outside.';

create or replace function message_record(message messages) returns jsonb
language sql stable
return to_jsonb(message) || jsonb_build_object('username', (select u.username from users u where u.id = message.user_id));

comment on function message_record(messages) is 'A message as the log shows it: with its author''s name.';

create or replace function tg_messages__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform append_event(new.room_id, 'messages', 'INSERT', message_record(new), null);
    -- Asked again under the log's lock: they may have been banned while this transaction was open.
    perform require_not_banned(new.room_id, new.user_id);
  else
    -- What was deleted is not told once more.
    perform append_event(old.room_id, 'messages', 'DELETE', null, message_record(old) - 'body');
  end if;
  return null;
end
$$;

comment on function tg_messages__log() is 'Logs what was said for everybody in the room, and that something was taken back.';

drop trigger if exists _500_log on messages;
create constraint trigger _500_log after insert or delete on messages
deferrable initially deferred for each row execute function tg_messages__log();
comment on trigger _500_log on messages is 'At commit, the message, or that it is gone, enters the room''s log.';
