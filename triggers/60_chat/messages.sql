create or replace trigger _050_set_synchronous_commit before insert or update or delete on messages for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on messages is 'Commits to this table wait for the disk.';

create or replace function tg_messages__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  last timestamptz;
  slow interval;
begin
  new.created_at := clock_timestamp();
  if acting_as_operator() then
    perform require_open_room(new.room_id);
    return new;
  end if;
  -- Before the rate limit: a message that is sent again is not counted.
  if exists (select from messages m where m.user_id = new.user_id and m.client_id = new.client_id) then
    raise unique_violation using
      message    = 'this message was sent already',
      constraint = 'messages_client_id_is_new',
      hint       = 'A message with this client_id exists. Use a new client_id for each message.';
  end if;
  perform require_seat(new.room_id);
  if new.body is null or length(new.body) > 2000 then
    raise check_violation using
      message    = format('a message has at most 2,000 characters, and this one has %s', length(new.body)),
      constraint = 'messages_body_is_text',
      hint       = 'Write several messages.';
  end if;
  select make_interval(secs => r.slow_mode) into slow from rooms r where r.id = new.room_id;
  if slow > interval '0' then
    -- Locked, so that two messages sent at the same time are checked one after the other.
    select p.last_at into last from paces p
    where p.room_id = new.room_id and p.user_id = new.user_id and p.kind = 'messages' for no key update;
  end if;
  if last > clock_timestamp() - slow and not moderates(new.room_id) then
    raise check_violation using
      message    = 'this room is in slow mode',
      constraint = 'messages_slow_mode',
      hint       = format('You can write again in %s s.',
        ceil(extract(epoch from last + slow - clock_timestamp())));
  end if;
  return new;
end
$$;

comment on function tg_messages__guard() is
  'Checks that the author is in the room, that the message is new, and slow mode.';

create or replace trigger _100_guard before insert on messages
for each row execute function tg_messages__guard();
comment on trigger _100_guard on messages is 'Checks who may write a message.';

create or replace trigger _110_guard_text before insert on messages
for each row execute function tg_guard_text('body');
comment on trigger _110_guard_text on messages is 'Refuses control characters in the message.';

create or replace trigger _120_limit before insert on messages
for each row execute function tg_limit('messages_are_limited_in_number', '10000', 'user_id');
comment on trigger _120_limit on messages is 'At most 10,000 messages per user.';

create or replace trigger _130_pace before insert on messages
for each row execute function tg_pace('messages_are_rate_limited', '5', '5 seconds', 'in a room');
comment on trigger _130_pace on messages is 'Rate limit: 5 per user and room in 5 seconds.';

create or replace function tg_messages__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform append_event(new.room_id, 'messages', 'INSERT', message_record(new), null);
    -- Checked again with the lock on the log: the user may have been banned while this transaction was open.
    perform require_not_banned(new.room_id, new.user_id);
  else
    -- Without the text of the deleted message.
    perform append_event(old.room_id, 'messages', 'DELETE', null, message_record(old) - 'body');
    update events e set taken_back_at = clock_timestamp()
    where e.room_id = old.room_id and e.table_name = 'messages' and e.type = 'INSERT' and (e.record ->> 'id')::bigint = old.id;
  end if;
  return null;
end
$$;

comment on function tg_messages__log() is 'Logs a message for all participants. When it is deleted, logs that, and hides the event with its text.';

drop trigger if exists _500_log on messages;
create constraint trigger _500_log after insert or delete on messages
deferrable initially deferred for each row execute function tg_messages__log();
comment on trigger _500_log on messages is 'At commit, logs the message, or that it was deleted.';
