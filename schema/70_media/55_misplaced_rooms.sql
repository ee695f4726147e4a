create or replace function misplaced_rooms() returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select r.id from rooms r
  left join assignments a on a.room_id = r.id and a.serves = 'stage'
  where r.opened_at is not null and r.ended_at is null and r.topology <> 'mesh'
    and ((a.room_id is null) = room_is_occupied(r.id)
         or (a.room_id is not null
             and (not exists (select from living_nodes() n where n.id = a.node_id)
                  or not exists (select from participants p where p.peer_id = a.peer_id))))
  order by r.id;
end;

comment on function misplaced_rooms() is
  'Rooms with participants whose node for the stage is missing, dead or lost its seat, and empty rooms that still have a node.';
