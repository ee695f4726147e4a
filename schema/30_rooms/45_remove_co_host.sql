create or replace function remove_co_host(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  named bigint := require_user(remove_co_host.username);
begin
  perform require_open_room(remove_co_host.room_id);
  if not acting_as_operator() and not is_host(remove_co_host.room_id) and named is distinct from acting_user() then
    raise insufficient_privilege using
      message    = 'only the host takes co-hosts away',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Ask the host. You can stop being a co-host yourself.';
  end if;
  update rooms r set co_host_ids = array_remove(r.co_host_ids, named)
  where r.id = remove_co_host.room_id and named = any (r.co_host_ids);
  return found;
end
$$;

comment on function remove_co_host(bigint, text) is
  'The host, or a co-host for themselves: this person is no longer a co-host: select remove_co_host(1, ''anna''); A seat that they have keeps its role. False if they were none.';
