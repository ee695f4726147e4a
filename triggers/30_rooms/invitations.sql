create or replace trigger _050_set_synchronous_commit before insert or update or delete on invitations for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on invitations is 'Commits to this table wait for the disk.';

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
    -- A user's newer invitation replaces their older one. Invitations by other users stay: a blocked user must not be able to delete them.
    delete from invitations i
    where i.invited_user = new.invited_user and i.invited_by is not distinct from new.invited_by
      and i.uses = 0 and i.declined_at is null and (i.club_id = new.club_id or i.room_id = new.room_id);
  end if;
  return new;
end
$$;

comment on function tg_invitations__guard() is 'Checks who may invite whom to what. A named invitation can be accepted once, and replaces an older one by the same user.';

create or replace trigger _100_guard before insert on invitations
for each row execute function tg_invitations__guard();
comment on trigger _100_guard on invitations is 'Checks who may invite whom.';

create or replace function tg_invitations__guard_values() returns trigger
language plpgsql as $$
begin
  if new.expires_at <= new.created_at or new.expires_at > new.created_at + interval '2160 hours' then
    raise check_violation using
      message    = 'an invitation expires in the future, and in 90 days at most',
      constraint = 'invitations_end_within_90_days';
  end if;
  if new.max_uses < 1 then
    raise check_violation using
      message    = 'an invitation can be accepted at least once',
      constraint = 'invitations_max_uses_is_positive';
  end if;
  if new.invited_user = new.invited_by then
    raise check_violation using
      message    = 'you cannot invite yourself',
      constraint = 'invitations_not_to_yourself',
      hint       = 'Choose another user.';
  end if;
  return new;
end
$$;

comment on function tg_invitations__guard_values() is 'Checks the values of an invitation, and explains what is wrong.';

create or replace trigger _110_guard_values before insert on invitations
for each row execute function tg_invitations__guard_values();
comment on trigger _110_guard_values on invitations is 'Refuses values that break the constraints, with an explanation.';

create or replace trigger _120_limit before insert on invitations
for each row execute function tg_limit('invitations_are_limited_in_number', '500', 'invited_by', 't.expires_at > clock_timestamp()');
comment on trigger _120_limit on invitations is 'At most 500 invitations by one user that have not expired.';

create or replace trigger _130_pace before insert on invitations
for each row execute function tg_pace('invitations_are_rate_limited', '60', '1 hour');
comment on trigger _130_pace on invitations is 'Rate limit: 60 per user in 1 hour.';

create or replace function tg_invitations__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Only the id, because every database user can LISTEN, and invitations are private.
  perform pg_notify('roomtone', json_build_object('invitation', case tg_op when 'DELETE' then old.id else new.id end)::text);
  return null;
end
$$;

comment on function tg_invitations__notify() is 'NOTIFY roomtone with {"invitation": id}.';

create or replace trigger _400_notify after insert or update on invitations
for each row when (new.invited_user is not null) execute function tg_invitations__notify();
comment on trigger _400_notify on invitations is 'Notifies relays that the list of the invited user has changed.';

create or replace trigger _410_notify_withdrawal after delete on invitations
for each row when (old.invited_user is not null) execute function tg_invitations__notify();
comment on trigger _410_notify_withdrawal on invitations is 'Notifies relays that an invitation was deleted.';

create or replace function tg_invitations__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  invitation invitations := case tg_op when 'DELETE' then old else new end;
begin
  -- Sent to no user (recipient 0). From it relays learn that the users who may see this room have changed.
  if exists (select from rooms r where r.id = invitation.room_id and r.access = 'invited' and r.ended_at is null) then
    perform append_event(invitation.room_id, 'invitations', tg_op,
      case when tg_op <> 'DELETE' then invitation_event(new) end,
      case when tg_op <> 'INSERT' then invitation_event(old) end,
      recipient => 0, changes_hallway => true);
  end if;
  return null;
end
$$;

comment on function tg_invitations__log() is 'Logs, for relays only, that a named invitation changes who may see a room for invited users.';

drop trigger if exists _500_log on invitations;
create constraint trigger _500_log after insert or delete on invitations
deferrable initially deferred for each row execute function tg_invitations__log();
comment on trigger _500_log on invitations is 'At commit, logs who may see the room now.';

drop trigger if exists _510_log_answer on invitations;
create constraint trigger _510_log_answer after update on invitations
deferrable initially deferred for each row when (old.declined_at is distinct from new.declined_at)
execute function tg_invitations__log();
comment on trigger _510_log_answer on invitations is 'At commit, logs that an invitation was declined.';
