create or replace function mute_all(room_id bigint) returns int
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  muted int;
begin
  perform require_moderator(mute_all.room_id), require_open_room(mute_all.room_id);
  -- Locked in a fixed order, so that two moderators who do this at the same time, or end the room, do not deadlock.
  -- Without the seats of nodes, for which the assignment of nodes would have to wait.
  perform from participants p where p.room_id = mute_all.room_id and not p.muted and p.kind in ('person', 'bot')
  order by p.user_id for no key update;
  update participants p set muted = true
  where p.room_id = mute_all.room_id and not p.muted and p.role <> 'HOST' and p.kind in ('person', 'bot') and p.user_id is distinct from acting_user();
  get diagnostics muted = row_count;
  return muted;
end
$$;

comment on function mute_all(bigint) is
  'Host and moderators: switch all microphones off, except the host''s and your own. Returns how many were on.';
