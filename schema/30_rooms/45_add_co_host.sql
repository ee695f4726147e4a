create or replace function add_co_host(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  named bigint := require_user(add_co_host.username);
begin
  perform require_open_room(add_co_host.room_id);
  if not acting_as_operator() and not is_host(add_co_host.room_id) then
    raise insufficient_privilege using
      message    = 'only the host names co-hosts',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Ask the host.';
  end if;
  update rooms r set co_host_ids = r.co_host_ids || named where r.id = add_co_host.room_id and named <> all (r.co_host_ids);
  return found;
end
$$;

comment on function add_co_host(bigint, text) is
  'The host: name a person who may open and run the room, too: select add_co_host(1, ''anna''); False if they are a co-host already.';
