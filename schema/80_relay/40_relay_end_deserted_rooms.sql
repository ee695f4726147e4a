create or replace function relay_end_deserted_rooms(after interval) returns int
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  ended int;
begin
  if not pg_try_advisory_xact_lock(hashtext('roomtone end rooms')) then
    return 0; -- another relay is doing it
  end if;
  -- A room that is locked by another transaction is ended by the next call.
  update rooms r set ended_at = now(), ended_reason = 'nobody was here any more'
  where r.id in (
    select x.id from rooms x join logs l on l.room_id = x.id
    where x.ended_at is null and x.opened_at is not null and l.deserted_at < clock_timestamp() - relay_end_deserted_rooms.after
      and not room_is_occupied(x.id)
    order by l.deserted_at limit 100 for no key update of x skip locked);
  get diagnostics ended = row_count;
  return ended;
end
$$;

comment on function relay_end_deserted_rooms(interval) is
  'Ends the open rooms that everybody left longer ago than `after`, so that they leave the hallway; returns how many. Rooms in which nobody has been yet stay, except scheduled ones that have opened.';
