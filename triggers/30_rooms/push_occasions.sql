create or replace trigger _050_set_synchronous_commit before insert or update or delete on push_occasions for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on push_occasions is 'Commits to this table wait for the disk.';

create or replace function tg_rooms__note_push() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform note_push('reminder', new.id, null, new.host_id, interval '1 hour');
  end if;
  perform note_push('followed', new.id, null, new.host_id, interval '1 hour');
  return null;
end
$$;

comment on function tg_rooms__note_push() is 'Notes that a room is open now, for those who want to be reminded of it and for those who follow its host.';

create or replace trigger _430_note_push after insert on rooms
for each row when (new.opened_at is not null and new.ended_at is null) execute function tg_rooms__note_push();
comment on trigger _430_note_push on rooms is 'Notifies followers of the host that a room was started.';

create or replace trigger _435_note_push after update on rooms
for each row when (old.opened_at is null and new.opened_at is not null and new.ended_at is null) execute function tg_rooms__note_push();
comment on trigger _435_note_push on rooms is 'Notifies those who want to be reminded, and followers of the host, that a planned room opens.';

create or replace function tg_participants__note_push() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform note_push('speak', new.room_id, new.user_id, acting_user(), interval '2 minutes');
  return null;
end
$$;

comment on function tg_participants__note_push() is 'Notes that a participant is invited to speak.';

create or replace trigger _430_note_push after update of invited_to_speak_at on participants
for each row when (old.invited_to_speak_at is null and new.invited_to_speak_at is not null) execute function tg_participants__note_push();
comment on trigger _430_note_push on participants is 'Notifies a participant whose page is in the background that they are invited to speak.';

create or replace function tg_invitations__note_push() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform note_push('invitation', new.room_id, new.invited_user, new.invited_by, least(new.expires_at - now(), interval '1 day'), new.id);
  return null;
end
$$;

comment on function tg_invitations__note_push() is 'Notes that a user is invited to a room.';

create or replace trigger _430_note_push after insert on invitations
for each row when (new.room_id is not null and new.invited_user is not null) execute function tg_invitations__note_push();
comment on trigger _430_note_push on invitations is 'Notifies a user that they are invited to a room.';
