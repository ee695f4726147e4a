-- Called with the lock on the log. A writer of the room has its row locked and waits for that lock, so the row is not waited for:
-- when that writer commits, it calls this function, too.

create or replace function fit_roster(room_id bigint) returns void
language plpgsql as $$
declare
  was_counted boolean;
  before record;
  after record;
  seat jsonb;
begin
  select l.counted into was_counted from roomtone.logs l
  where l.room_id = fit_roster.room_id and case
    when l.counted then l.here < coalesce((select s.full_below from roomtone.roster_sizes s), 60)
    else l.here > coalesce((select s.counted_above from roomtone.roster_sizes s), 100) end;
  if not found then
    return;
  end if;
  -- Clients of relays of release 0.1.0, while these are replaced, know no numbers: they learn of each seat.
  if not was_counted and (select i.oldest_relay < 3 from roomtone.schema_installs i
                          where i.installed_at < 'infinity' order by i.installed_at desc limit 1) then
    return;
  end if;
  select * into before from roomtone.rooms r
  where r.id = fit_roster.room_id and r.opened_at is not null and r.ended_at is null and not r.encrypted for no key update skip locked;
  if not found then
    return;
  end if;
  update roomtone.rooms r set roster = case when was_counted then 'full' else 'counted' end
  where r.id = fit_roster.room_id returning * into after;
  perform roomtone.append_event(fit_roster.room_id, 'rooms', 'UPDATE',
    to_jsonb(after) || roomtone.room_names(after.club_id, after.host_id), to_jsonb(before));
  update roomtone.logs l set counted = not was_counted where l.room_id = fit_roster.room_id;
  if was_counted then
    -- Seats without seq have joined in this transaction; their own event follows.
    for seat in
      select roomtone.seat_record(p) from roomtone.participants p
      where p.room_id = fit_roster.room_id and p.role = 'AUDIENCE' and p.seq is not null
      order by p.seq
    loop
      perform roomtone.append_event(fit_roster.room_id, 'participants', 'UPDATE', seat, seat);
    end loop;
  end if;
end
$$;

comment on function fit_roster(bigint) is
  'Turns a room''s roster to counted when more seats are taken than roster_sizes says, and to full when fewer are. Then each seat of the audience has an event in which nothing changes, so that everybody knows it again. Not in an encrypted room, where each speaker needs the keys of all, and not while relays of release 0.1.0 may be running.';
