create or replace function relay_maintain_recordings(keep interval default null) returns table (recording bigint, file text)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- A recording that is locked by another transaction is left to the next call.
  update recordings r
  set ended_at = clock_timestamp(),
      ended_reason = case when r.node_id is null then 'no other audio server was available to continue it' else 'all people had left' end
  where r.id in (
    select x.id from recordings x
    where x.ended_at is null and x.begins_at < clock_timestamp()
      and ((x.node_id is null and x.announced_at < clock_timestamp() - interval '30 seconds')
           or not exists (select from participants p where p.room_id = x.room_id and p.peer_id is not null and p.kind = 'person'))
    for no key update skip locked);
  update recordings r set deleted_at = clock_timestamp()
  where r.id in (
    select x.id from recordings x
    where x.ended_at < clock_timestamp() - relay_maintain_recordings.keep and x.deleted_at is null
    order by x.ended_at limit 100 for no key update skip locked);
  return query
    select r.id, r.file from recordings r
    where r.started_at is not null and r.ended_at is not null and r.duration is null and r.deleted_at is null
      and (r.ended_at < clock_timestamp() - interval '5 seconds' or not exists (select from living_nodes() n where n.id = r.node_id))
    order by r.id limit 100;
end
$$;

comment on function relay_maintain_recordings(interval) is
  'Deletes recordings that ended longer ago than `keep`, if it is given. Ends recordings of rooms that all people have left, and those without a node for 30 seconds. Returns ended recordings whose node did not report their duration, because it was killed: the relay that has the file measures it.';
