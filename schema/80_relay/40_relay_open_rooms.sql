create or replace function relay_open_rooms() returns int
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  opened int;
begin
  if not exists (select from rooms r where r.opened_at is null and r.ended_at is null and r.starts_at <= now())
     or not pg_try_advisory_xact_lock(hashtext('roomtone open rooms')) then
    return 0; -- none, or another relay is at it
  end if;
  -- One that somebody is just changing waits for the next time.
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
  'Opens the scheduled rooms whose time has come; returns how many. One relay at a time, and next to nothing when there are none.';
