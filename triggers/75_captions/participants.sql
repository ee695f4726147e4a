-- Triggers on participants: who lets captions be written.

create or replace function tg_participants__guard_captions() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.captioned_by is not distinct from old.captioned_by then
    -- Off stage, away, or in another session: whoever comes back agrees again.
    if new.role = 'AUDIENCE' or new.peer_id is distinct from old.peer_id then
      new.captioned_by := null;
    end if;
    return new;
  elsif new.captioned_by is null then
    return new;
  end if;
  if acting_user() is distinct from new.user_id and not acting_as_operator() then
    raise insufficient_privilege using
      message    = 'each speaker decides about captions of their own words',
      constraint = 'participants_agree_to_captions_themselves',
      hint       = 'Ask them. The host and moderators can end captions of a speaker: set captioned_by to null.';
  end if;
  if new.role = 'AUDIENCE' or new.peer_id is null then
    raise check_violation using
      message    = 'only what is said on stage has captions',
      constraint = 'participants_audience_has_no_captions',
      hint       = 'Go on stage first.';
  end if;
  if not exists (select from rooms r where r.id = new.room_id and r.captions) then
    raise check_violation using
      message    = 'captions are not on in this room',
      constraint = 'captions_are_on',
      hint       = 'The host switches them on.';
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_captions() is
  'Only the speaker, on stage, agrees to captions of their own words, and only while the room has captions on. It ends with the session and with the place on stage.';

-- The condition skips it for everybody who has no captions.
create or replace trigger _125_guard_captions before update of captioned_by, role, peer_id on participants
for each row when (num_nonnulls(old.captioned_by, new.captioned_by) > 0)
execute function tg_participants__guard_captions();
comment on trigger _125_guard_captions on participants is 'Decides who agrees to captions, and ends that off stage and with the session.';

create or replace function tg_participants__hide_captions() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Who joins from now on reads nothing from before the last two minutes. With the lock on the log: no caption is being written.
  update captions c set hidden_at = clock_timestamp()
  where c.room_id = old.room_id and c.user_id = old.user_id and c.hidden_at is null and c.started_at > clock_timestamp() - interval '3 minutes';
  return null;
end
$$;

comment on function tg_participants__hide_captions() is
  'Hides the last captions of a speaker who no longer agrees from those who join later. Who was there keeps reading them.';

drop trigger if exists _690_hide_captions on participants;
create constraint trigger _690_hide_captions after update on participants
deferrable initially deferred for each row when (old.captioned_by is not null and new.captioned_by is null)
execute function tg_participants__hide_captions();
comment on trigger _690_hide_captions on participants is 'At commit, hides what was said from those who join later, when the speaker no longer agrees.';

drop trigger if exists _695_hide_captions_of_seat on participants;
create constraint trigger _695_hide_captions_of_seat after delete on participants
deferrable initially deferred for each row when (old.captioned_by is not null)
execute function tg_participants__hide_captions();
comment on trigger _695_hide_captions_of_seat on participants is 'At commit, hides what was said from those who join later, when the speaker has left.';
