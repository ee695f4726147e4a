create or replace function pin_link(room_id bigint, url text) returns text
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  pinned text := nullif(btrim(pin_link.url, E' \t\r\n'), '');
begin
  perform require_moderator(pin_link.room_id), require_open_room(pin_link.room_id);
  update rooms r set pinned_link = pinned where r.id = pin_link.room_id;
  return pinned;
end
$$;

comment on function pin_link(bigint, text) is
  'Host and moderators: pin a link (http or https), which the page shows to all participants; null removes it. Returns the link.';
