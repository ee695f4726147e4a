create or replace function require_not_banned(room_id bigint, user_id bigint) returns void
language plpgsql stable as $$
begin
  if exists (select from roomtone.bans b where b.room_id = require_not_banned.room_id and b.user_id = require_not_banned.user_id) then
    raise insufficient_privilege using
      message    = 'you are banned from this room',
      constraint = 'participants_is_not_banned',
      hint       = 'The host or a moderator can lift the ban.';
  end if;
end
$$;

comment on function require_not_banned(bigint, bigint) is 'Raises participants_is_not_banned if this user is banned from the room.';
