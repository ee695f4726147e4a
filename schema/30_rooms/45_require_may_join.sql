create or replace function require_may_join(room_id bigint, user_id bigint, has_seat boolean default null) returns rooms
language plpgsql stable set search_path = roomtone, pg_temp as $$
declare
  room rooms;
begin
  select * into room from rooms r where r.id = require_may_join.room_id;
  -- A node takes its seat before it may see the room.
  if not found or room.ended_at is not null
     or (room.access = 'invited' and not is_node_of_room(room.id, acting_user())) then
    perform require_open_room(require_may_join.room_id);
  end if;
  perform require_not_banned(require_may_join.room_id, require_may_join.user_id);
  if (room.opened_at is not null and room.access = 'open' and not room.locked)
     or room.host_id = require_may_join.user_id or require_may_join.user_id = any (room.co_host_ids) or require_may_join.has_seat
     or (require_may_join.has_seat is null and exists (
           select from participants p where p.room_id = require_may_join.room_id and p.user_id = require_may_join.user_id))
     or is_node_of_room(room.id, require_may_join.user_id) then
    return room;
  end if;
  if room.access <> 'open'
     and not exists (select from guests g where g.room_id = room.id and g.user_id = require_may_join.user_id)
     and not (room.access = 'club' and is_member(room.club_id, require_may_join.user_id)) then
    if room.access = 'club' then
      raise insufficient_privilege using
        message    = 'this room is only for members of its club',
        constraint = 'participants_room_is_for_club_members',
        hint       = 'Ask one of the club''s owners or admins for an invitation.';
    end if;
    raise insufficient_privilege using
      message    = 'this room is only for invited users',
      constraint = 'participants_room_is_for_invited_users',
      hint       = 'Ask the host for an invitation, and accept it.';
  end if;
  if room.opened_at is null then
    raise check_violation using
      message    = 'this room has not opened yet',
      constraint = 'participants_room_has_opened',
      hint       = 'It opens at its scheduled time, or when the host opens it. You can set a reminder.';
  end if;
  if room.locked and not exists (select from kept_roles k where k.room_id = room.id and k.user_id = require_may_join.user_id
                                 and k.expires_at > clock_timestamp()) then
    raise insufficient_privilege using
      message    = 'this room is locked',
      constraint = 'participants_room_is_not_locked',
      hint       = 'The host or a moderator can unlock it.';
  end if;
  return room;
end
$$;

comment on function require_may_join(bigint, bigint, boolean) is
  'The room, if this user may take a seat in it; raises the rule that forbids it. The room must be open, and the user not banned. A user who has a seat already may always take it again: `has_seat` says whether they have one (null: look it up). A locked room admits users whose role is kept (kept_roles).';
