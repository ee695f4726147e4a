create or replace function relay_open_rooms() returns int
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  opened int;
begin
  if not exists (select from rooms r where r.opened_at is null and r.ended_at is null and r.starts_at <= now())
     or not pg_try_advisory_xact_lock(hashtext('roomtone open rooms')) then
    return 0; -- no room is due, or another relay is doing it
  end if;
  -- A room that is locked by another transaction is opened by the next call.
  update rooms r set opened_at = now()
  where r.id in (
    select due.id from rooms due
    where due.opened_at is null and due.ended_at is null and due.starts_at <= now()
    order by due.starts_at limit 100 for no key update skip locked);
  get diagnostics opened = row_count;
  return opened;
end
$$;

comment on function relay_open_rooms() is
  'Opens the scheduled rooms that are due; returns how many. Only one relay at a time does it; the call is cheap when no room is due.';
