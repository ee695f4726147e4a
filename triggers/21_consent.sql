create or replace function tg_participants__guard_consent() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor bigint := acting_user();
  operator boolean := acting_as_operator();
begin
  if new.invited_to_speak_at is not null and old.invited_to_speak_at is null then
    if not operator and not moderates(new.room_id) then
      raise insufficient_privilege using
        message    = 'only host and moderators invite somebody to speak',
        constraint = 'participants_only_moderators_invite',
        hint       = 'You may ask to speak: select raise_hand(…).';
    end if;
    if new.role <> 'AUDIENCE' then
      raise check_violation using
        message    = 'whoever is on stage needs no invitation to it',
        constraint = 'participants_only_the_audience_is_invited';
    end if;
    new.invited_to_speak_at := clock_timestamp();
    if old.hand_raised_at is not null then
      new.role := 'SPEAKER'; -- asked, and invited
    end if;
  elsif new.invited_to_speak_at is not null then
    new.invited_to_speak_at := old.invited_to_speak_at;
    if new.hand_raised_at is not null and old.hand_raised_at is null and (operator or actor = new.user_id) then
      new.role := 'SPEAKER'; -- invited, and asks for it: as good as accepting
    end if;
  end if;
  if new.role <> 'AUDIENCE' then
    new.invited_to_speak_at := null;
  end if;

  if new.asked_to_unmute_at is not null and old.asked_to_unmute_at is null then
    if not operator and not moderates(new.room_id) then
      raise insufficient_privilege using
        message    = 'only host and moderators ask somebody to switch their microphone on',
        constraint = 'participants_only_moderators_ask';
    end if;
    if new.role = 'AUDIENCE' or not new.muted or new.peer_id is null then
      raise check_violation using
        message    = case when new.role = 'AUDIENCE' then 'the audience has no microphone'
                          when new.muted then 'they are not here' else 'their microphone is on already' end,
        constraint = 'participants_only_the_muted_are_asked';
    end if;
    new.asked_to_unmute_at := clock_timestamp();
  elsif new.role = 'AUDIENCE' or not new.muted then
    new.asked_to_unmute_at := null;
  elsif new.asked_to_unmute_at is not null then
    new.asked_to_unmute_at := old.asked_to_unmute_at;
  end if;
  return new;
end
$$;

comment on function tg_participants__guard_consent() is
  'Moderators invite to the stage and ask to unmute; only whoever it is about does it. An invitation meets a raised hand, or the other way round, and they are on stage.';

-- Runs after _100_guard_change, so the role it sees is one that may be had, and before _100_guard_hand. The condition
-- keeps it out of the way of plain muting.
create or replace trigger _100_guard_consent
before update of role, muted, hand_raised_at, invited_to_speak_at, asked_to_unmute_at on participants
for each row when (num_nonnulls(old.invited_to_speak_at, new.invited_to_speak_at, old.asked_to_unmute_at, new.asked_to_unmute_at) > 0)
execute function tg_participants__guard_consent();
comment on trigger _100_guard_consent on participants is 'Decides who may invite and ask whom, and takes back what was answered.';
