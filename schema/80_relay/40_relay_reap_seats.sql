create or replace function relay_reap_seats(role_kept interval) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  target bigint;
begin
  perform resume_leases();
  select p.room_id into target from participants p
  where p.expires_at < clock_timestamp() and p.peer_id is not null
  limit 1 for update skip locked;
  if target is not null then
    perform set_config('roomtone.leave_reason', 'timeout', true), set_config('roomtone.role_kept', relay_reap_seats.role_kept::text, true);
    delete from participants p where p.room_id = target and p.user_id in (
      select q.user_id from participants q
      where q.room_id = target and q.expires_at < clock_timestamp() and q.peer_id is not null for update skip locked);
  end if;
  return target;
end
$$;

comment on function relay_reap_seats(interval) is
  'Deletes the expired seats of one room, keeps their roles for `role_kept` (kept_roles), and returns the room''s id; null if there are none. Called in one transaction per room, so that relays do not wait for each other.';
