create or replace function tg_participants__guard_requests() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor bigint := acting_user();
  operator boolean := acting_as_operator();
begin
  if new.invited_to_speak_at is not null and old.invited_to_speak_at is null then
    if not may_moderate(new.room_id) then
      raise insufficient_privilege using
        message    = 'only the host and moderators invite participants to speak',
        constraint = 'participants_only_moderators_invite_to_speak',
        hint       = 'You can ask to speak: select raise_hand(…).';
    end if;
    if new.role <> 'AUDIENCE' then
      raise check_violation using
        message    = 'participants on stage need no invitation to speak',
        constraint = 'participants_only_the_audience_is_invited',
        hint       = 'They may speak already.';
    end if;
    new.invited_to_speak_at := clock_timestamp();
    if old.hand_raised_at is not null then
      new.role := 'SPEAKER'; -- asked to speak, and is invited
    end if;
  elsif new.invited_to_speak_at is not null then
    new.invited_to_speak_at := old.invited_to_speak_at;
    if new.hand_raised_at is not null and old.hand_raised_at is null and (operator or actor = new.user_id) then
      new.role := 'SPEAKER'; -- invited, and asks to speak: the same as accepting
    end if;
  end if;
  if new.role <> 'AUDIENCE' then
    new.invited_to_speak_at := null;
  end if;

  if new.asked_to_unmute_at is not null and old.asked_to_unmute_at is null then
    if not may_moderate(new.room_id) then
      raise insufficient_privilege using
        message    = 'only the host and moderators ask a participant to unmute',
        constraint = 'participants_only_moderators_ask_to_unmute',
        hint       = 'Ask the host or a moderator.';
    end if;
    if new.role = 'AUDIENCE' or not new.muted or new.peer_id is null then
      raise check_violation using
        message    = case when new.role = 'AUDIENCE' then 'audience members have no microphone'
                          when new.muted then 'they have left the room' else 'their microphone is on already' end,
        constraint = 'participants_only_the_muted_are_asked',
        hint       = 'Only a participant on stage who is muted can be asked.';
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

comment on function tg_participants__guard_requests() is
  'Checks who may invite participants to speak and ask them to unmute. An audience member with both an invitation and a raised hand comes on stage.';

-- After _100_guard_change has checked the role, and before _120_guard_hand. The condition skips it for plain muting, which
-- is frequent.
create or replace trigger _110_guard_requests
before update of role, muted, hand_raised_at, invited_to_speak_at, asked_to_unmute_at on participants
for each row when (num_nonnulls(old.invited_to_speak_at, new.invited_to_speak_at, old.asked_to_unmute_at, new.asked_to_unmute_at) > 0)
execute function tg_participants__guard_requests();
comment on trigger _110_guard_requests on participants is 'Checks who may invite and ask whom, and clears invitations and requests that were answered.';

create or replace function tg_participants__guard_hand() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if old.hand_raised_at is not null then
    -- A raised hand keeps its time, and so its place in the queue, until it is lowered or the participant is on stage.
    new.hand_raised_at := case when new.hand_raised_at is not null and new.role = 'AUDIENCE' then old.hand_raised_at end;
    return new;
  end if;
  if not acting_as_operator() and acting_user() is distinct from new.user_id then
    raise insufficient_privilege using
      message    = 'you cannot raise the hand of another participant',
      constraint = 'participants_raise_only_their_own_hand',
      hint       = 'They can raise it themselves.';
  end if;
  if new.role <> 'AUDIENCE' then
    if old.role <> 'AUDIENCE' then
      raise check_violation using
        message    = 'participants on stage may speak without asking',
        constraint = 'participants_only_the_audience_raises_hands',
        hint       = 'Switch your microphone on.';
    end if;
    new.hand_raised_at := null; -- invited, and on stage because they raised the hand
    return new;
  end if;
  if exists (select from rooms r where r.id = new.room_id and r.stage = 'open') then
    raise check_violation using
      message    = 'on an open stage you need not raise a hand',
      constraint = 'participants_hands_are_for_moderated_stages',
      hint       = 'Everybody may speak here. To go on stage, update your role to SPEAKER.';
  end if;
  new.hand_raised_at := clock_timestamp();
  return new;
end
$$;

comment on function tg_participants__guard_hand() is
  'Checks who may raise a hand: only audience members of moderated rooms, each their own. Keeps its place in the queue, and lowers it on stage.';

-- After _110_guard_requests, which may change the role.
create or replace trigger _120_guard_hand before update of hand_raised_at, role, invited_to_speak_at on participants
for each row when (num_nonnulls(old.hand_raised_at, new.hand_raised_at) > 0)
execute function tg_participants__guard_hand();
comment on trigger _120_guard_hand on participants is 'Checks who may raise a hand, and lowers it on stage.';
