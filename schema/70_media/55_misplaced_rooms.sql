-- Every heartbeat asks it, so it calls no function for each room; the condition is that of room_is_occupied.
create or replace function misplaced_rooms() returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  -- Asked once, and not for each room.
  with living as materialized (select n.id from living_nodes() n)
  select r.id from rooms r
  left join assignments a on a.room_id = r.id and a.serves = 'stage'
  left join living n on n.id = a.node_id
  left join participants seat on seat.peer_id = a.peer_id and seat.kind not in ('person', 'bot')
  where r.opened_at is not null and r.ended_at is null and r.topology <> 'mesh'
    and ((a.room_id is null) = exists (select from participants p where p.room_id = r.id and p.peer_id is not null and p.kind in ('person', 'bot'))
         or (a.room_id is not null and (n.id is null or seat.peer_id is null)))
  order by r.id;
end;

comment on function misplaced_rooms() is
  'Rooms with participants whose node for the stage is missing, dead or lost its seat, and empty rooms that still have a node.';
