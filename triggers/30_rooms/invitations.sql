create or replace function tg_invitations__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.invited_user is not null then
    new.max_uses := 1;
  end if;
  new.uses := 0;
  new.declined_at := null;
  if new.room_id is not null then
    perform require_open_room(new.room_id);
  end if;
  if not acting_as_operator() then
    new.created_at := now();
    new.invited_by := acting_user();
    perform require_may_invite(new.club_id, new.room_id, new.invited_user);
  end if;
  if new.invited_user is distinct from new.invited_by and new.invited_user is not null then
    perform require_may_be_invited(new.invited_by, new.invited_user, new.club_id, new.room_id);
    -- One's own newer one takes the place of the older. Others' stay: who is blocked must not remove a friend's.
    delete from invitations i
    where i.invited_user = new.invited_user and i.invited_by is not distinct from new.invited_by
      and i.uses = 0 and i.declined_at is null and (i.club_id = new.club_id or i.room_id = new.room_id);
  end if;
  return new;
end
$$;

comment on function tg_invitations__guard() is 'Who invites whom to what; a named invitation is for one, once, and takes the place of its maker''s older one.';

create or replace trigger _100_guard before insert on invitations
for each row execute function tg_invitations__guard();
comment on trigger _100_guard on invitations is 'Decides who may invite whom.';

create or replace function tg_invitations__guard_values() returns trigger
language plpgsql as $$
begin
  if new.expires_at <= new.created_at or new.expires_at > new.created_at + interval '2160 hours' then
    raise check_violation using
      message    = 'an invitation is good for some time, and for 90 days at most',
      constraint = 'invitations_end_within_90_days';
  end if;
  if new.max_uses < 1 then
    raise check_violation using
      message    = 'an invitation is good for at least one',
      constraint = 'invitations_have_uses';
  end if;
  if new.invited_user = new.invited_by then
    raise check_violation using
      message    = 'nobody invites themselves',
      constraint = 'invitations_not_to_oneself';
  end if;
  return new;
end
$$;

comment on function tg_invitations__guard_values() is 'Says in words how long and for how many an invitation may be good.';

create or replace trigger _110_guard_values before insert on invitations
for each row execute function tg_invitations__guard_values();
comment on trigger _110_guard_values on invitations is 'Refuses in words what the constraints would refuse without.';

create or replace trigger _120_limit before insert on invitations
for each row execute function tg_limit('invitations_are_bounded', '500', 'invited_by', 't.expires_at > clock_timestamp()');
comment on trigger _120_limit on invitations is '500 invitations of one user that have not expired at once.';

create or replace trigger _130_pace before insert on invitations
for each row execute function tg_pace('invitations_come_slowly', '60', '1 hour');
comment on trigger _130_pace on invitations is '60 of one user in 1 hour.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on invitations for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on invitations is 'What is acknowledged here survives a crash.';

create or replace function tg_invitations__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  invitation invitations := case tg_op when 'DELETE' then old else new end;
begin
  -- For nobody's stream: it tells the relays only that others may now know of a room for the invited.
  if exists (select from rooms r where r.id = invitation.room_id and r.access = 'invited' and r.ended_at is null) then
    perform append_event(invitation.room_id, 'invitations', tg_op,
      case when tg_op <> 'DELETE' then invitation_event(new) end,
      case when tg_op <> 'INSERT' then invitation_event(old) end,
      recipient => 0, changes_hallway => true);
  end if;
  return null;
end
$$;

comment on function tg_invitations__log() is 'An invitation by name to a room for the invited changes who may know of it.';

drop trigger if exists _500_log on invitations;
create constraint trigger _500_log after insert or delete on invitations
deferrable initially deferred for each row execute function tg_invitations__log();
comment on trigger _500_log on invitations is 'At commit, the relays learn who may know of a room.';

drop trigger if exists _510_log_answer on invitations;
create constraint trigger _510_log_answer after update on invitations
deferrable initially deferred for each row when (old.declined_at is distinct from new.declined_at)
execute function tg_invitations__log();
comment on trigger _510_log_answer on invitations is 'At commit, the relays learn that somebody declined.';

create or replace function tg_invitations__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- A pointer, never a row: anybody may LISTEN, and who is invited to what is their business.
  perform pg_notify('roomtone', json_build_object('invitation', case tg_op when 'DELETE' then old.id else new.id end)::text);
  return null;
end
$$;

comment on function tg_invitations__notify() is 'Rings the bell: NOTIFY roomtone with {"invitation": id}.';

create or replace trigger _900_notify after insert or update on invitations
for each row when (new.invited_user is not null) execute function tg_invitations__notify();
comment on trigger _900_notify on invitations is 'Somebody''s list of invitations has changed.';

create or replace trigger _910_notify_withdrawal after delete on invitations
for each row when (old.invited_user is not null) execute function tg_invitations__notify();
comment on trigger _910_notify_withdrawal on invitations is 'One is gone from somebody''s list of invitations.';
