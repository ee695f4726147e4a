create or replace trigger _050_set_asynchronous_commit before insert or update or delete on reactions for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on reactions is 'Commits of reactions do not wait for the disk.';

create or replace function tg_reactions__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  new.created_at := clock_timestamp();
  if new.emoji is null or new.emoji not in ('👏', '❤️', '😂', '🔥', '👍', '🎉', '😮', '🙏') then
    raise check_violation using
      message    = 'this is not one of the reactions',
      constraint = 'reactions_emoji_is_known',
      hint       = 'One of 👏 ❤️ 😂 🔥 👍 🎉 😮 🙏.';
  end if;
  if acting_as_operator() then
    perform require_open_room(new.room_id);
    return new;
  end if;
  perform require_seat(new.room_id);
  return new;
end
$$;

comment on function tg_reactions__guard() is 'Checks that the reaction is known and the user is in the room.';

create or replace trigger _100_guard before insert on reactions
for each row execute function tg_reactions__guard();
comment on trigger _100_guard on reactions is 'Checks who may react, and with what.';

create or replace trigger _110_pace before insert on reactions
for each row execute function tg_pace('reactions_are_rate_limited', '8', '4 seconds', 'in a room');
comment on trigger _110_pace on reactions is 'Rate limit: 8 per user and room in 4 seconds.';

create or replace function tg_reactions__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(new.room_id, 'reactions', 'INSERT',
    to_jsonb(new) || jsonb_build_object('username', (select u.username from users u where u.id = new.user_id)), null);
  -- Checked again with the lock on the log: the user may have been banned while this transaction was open.
  perform require_not_banned(new.room_id, new.user_id);
  return null;
end
$$;

comment on function tg_reactions__log() is 'Logs a reaction for all participants.';

drop trigger if exists _500_log on reactions;
create constraint trigger _500_log after insert on reactions
deferrable initially deferred for each row execute function tg_reactions__log();
comment on trigger _500_log on reactions is 'At commit, logs the reaction.';
