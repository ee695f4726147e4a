create or replace function rooms_to_choose_for() returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select r.id
  from rooms r join logs l on l.room_id = r.id
  where r.opened_at is not null and r.ended_at is null and r.topology_is_auto and l.here > 0
    and case (topology_for(r.topology, l.here, l.on_stage, r.broadcast)).topology_now
      when r.topology then false
      when 'mesh' then not exists (select from recordings c where c.room_id = r.id and c.ended_at is null)
                       and not exists (select from mix_receivers m where m.room_id = r.id)
                       and not exists (select from assignments a where a.room_id = r.id and a.serves = 'audience')
      else (node_with_capacity('sfu', r.id)).id is not null end;
end;

comment on function rooms_to_choose_for() is
  'Rooms with people whose topology is automatic and should be another (choose_topology): a node has become available, or what kept the room from moving is over.';
