create or replace function rooms_to_choose_for() returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select r.id
  from rooms r join logs l on l.room_id = r.id cross join mesh_limits() most
  left join assignments a on a.room_id = r.id and a.serves = 'stage'
  where r.opened_at is not null and r.ended_at is null and r.topology_is_auto and l.here > 0
    and case topology_needed(r.topology, l.here, l.on_stage, r.broadcast, most.speakers, most.people)
      when r.topology then r.topology <> 'mesh' and a.room_id is null and is_mesh_without_node(r.id, l.here)
      when 'mesh' then not mix_is_used(r.id)
      else (node_with_capacity('sfu', r.id)).id is not null
        or (r.topology <> 'mesh' and a.room_id is null and is_mesh_without_node(r.id, l.here)) end;
end;

comment on function rooms_to_choose_for() is
  'Rooms with people whose topology is automatic and should be another (choose_topology): a node has become available or was lost, or what kept the room from moving is over.';
