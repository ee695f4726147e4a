create or replace function tg_participants__guard_hand() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if old.hand_raised_at is not null then
    -- A place in the queue is kept until given up, and brought nobody anything once they are on stage.
    new.hand_raised_at := case when new.hand_raised_at is not null and new.role = 'AUDIENCE' then old.hand_raised_at end;
    return new;
  end if;
  if not acting_as_operator() and acting_user() is distinct from new.user_id then
    raise insufficient_privilege using
      message    = 'nobody raises somebody else''s hand',
      constraint = 'participants_only_they_raise_hands';
  end if;
  if new.role <> 'AUDIENCE' then
    if old.role <> 'AUDIENCE' then
      raise check_violation using
        message    = 'whoever is on stage may speak already',
        constraint = 'participants_only_the_audience_raises_hands';
    end if;
    new.hand_raised_at := null; -- they were invited, and are on stage by this very hand
    return new;
  end if;
  if exists (select from rooms r where r.id = new.room_id and r.stage = 'open') then
    raise check_violation using
      message    = 'on an open stage nobody has to raise a hand',
      constraint = 'participants_hands_are_for_moderated_stages',
      hint       = 'Everybody may speak here. From the audience, step up: update your role to SPEAKER.';
  end if;
  new.hand_raised_at := clock_timestamp();
  return new;
end
$$;

comment on function tg_participants__guard_hand() is
  'In a moderated room the audience raises hands, each their own; a raised one keeps its place in the queue and comes down on stage.';

-- Runs after _100_guard_consent, so the role it sees is the one it will be.
create or replace trigger _100_guard_hand before update of hand_raised_at, role, invited_to_speak_at on participants
for each row when (num_nonnulls(old.hand_raised_at, new.hand_raised_at) > 0)
execute function tg_participants__guard_hand();
comment on trigger _100_guard_hand on participants is 'Decides who may raise which hand, and lowers it on stage.';
