create or replace function end_room(room_id bigint, reason text default null) returns rooms
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  room rooms;
begin
  update rooms r set ended_at = now(), ended_reason = nullif(btrim(end_room.reason), '')
  where r.id = end_room.room_id and r.ended_at is null and (acting_as_operator() or r.host_id = acting_user() or is_site_moderator()
         or (r.opened_at is not null and acting_user() = any (r.co_host_ids)))
  returning * into room;
  if not found then
    -- If another session has just ended it, this raises that it has ended.
    perform require_open_room(end_room.room_id);
    raise insufficient_privilege using
      message    = 'only the host and co-hosts end a room',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Ask the host. You can leave the room.';
  end if;
  return room;
end
$$;

comment on function end_room(bigint, text) is 'The host, a co-host when the room has opened, or a site moderator: end the room for everybody, optionally with a reason.';
