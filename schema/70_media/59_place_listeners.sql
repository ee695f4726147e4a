-- Called by heartbeats, so it waits for nobody: a seat that another transaction has locked is placed a second later.

create or replace function place_listeners(room_id bigint) returns int
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  on_nodes constant boolean := exists (
    select from rooms r where r.id = place_listeners.room_id and r.topology <> 'mesh' and not r.encrypted and r.opened_at is not null and r.ended_at is null);
  without_edge int;
  movable int;      -- listeners without an edge who may be given one
  orphaned int;     -- seats whose edge is gone
  beyond bigint;    -- listeners whom the node of the stage should not serve
  too_many bigint;  -- those for whom it has no capacity
  free bigint;
  ended text;
  placed record;
  old participants;
  speaks participants;
  moved int := 0;
begin
  perform open_logs(array[place_listeners.room_id]);
  perform from logs l where l.room_id = place_listeners.room_id for update;
  for ended in
    delete from assignments a
    where a.room_id = place_listeners.room_id and a.serves = 'audience'
      and not (on_nodes and exists (select from living_nodes() n where n.id = a.node_id)
               and exists (select from participants p where p.peer_id = a.peer_id)
               and (a.listeners > 0 or a.assigned_at > clock_timestamp() - interval '10 seconds'
                    -- A program that raised its hand is served on: its session cannot move.
                    or exists (select from participants p where p.room_id = a.room_id and p.offers and p.edge is null and p.served_by = a.node_id)))
    returning a.node_id
  loop
    perform pg_notify('roomtone', json_build_object('node', ended)::text);
  end loop;
  update assignments a set listeners = c.listeners
  from (select b.peer_id, (select count(*) from participants p where p.edge = b.peer_id) as listeners from assignments b
        where b.room_id = place_listeners.room_id and b.serves = 'audience') c
  where a.peer_id = c.peer_id and a.listeners <> c.listeners;
  select count(*) filter (where p.edge is null), count(*) filter (where p.edge is not null and a.peer_id is null),
    count(*) filter (where a.peer_id is null and p.hand_raised_at is null and p.invited_to_speak_at is null and not p.served_directly and not p.offers)
  into without_edge, orphaned, movable
  from participants p left join assignments a on a.peer_id = p.edge and a.room_id = p.room_id and a.serves = 'audience'
  where p.room_id = place_listeners.room_id and p.role = 'AUDIENCE' and p.kind in ('person', 'bot');
  -- A session that offers cannot be connected elsewhere: its seat expires. The others the operator wrote: elsewhere such a seat loses its edge by itself.
  for old in
    select p.* from participants p
    where p.room_id = place_listeners.room_id and p.edge is not null
      and (p.role <> 'AUDIENCE' or p.hand_raised_at is not null or p.invited_to_speak_at is not null
           or p.offers and not exists (select from assignments a where a.peer_id = p.edge and a.room_id = p.room_id and a.serves = 'audience'))
    for no key update skip locked
  loop
    update participants p set edge = null where p.room_id = old.room_id and p.user_id = old.user_id returning p.* into speaks;
    perform log_edge(old, speaks);
    moved := moved + 1;
  end loop;
  too_many := case when on_nodes then least(movable, greatest(0, without_edge + orphaned - stage_listeners(place_listeners.room_id))) else 0 end;
  beyond := case when on_nodes then least(movable, greatest(too_many, without_edge + orphaned - coalesce((select s.edge_after from topology_sizes s), 50))) else 0 end;
  loop
    free := coalesce((select sum(e.capacity - e.listeners) from edges_of_room(place_listeners.room_id, false) e), 0);
    exit when free >= beyond or assign_edge(place_listeners.room_id, false) is null;
  end loop;
  if free < too_many then
    loop
      free := coalesce((select sum(e.capacity - e.listeners) from edges_of_room(place_listeners.room_id, true) e), 0);
      exit when free >= too_many or assign_edge(place_listeners.room_id, true) is null;
    end loop;
    beyond := too_many;
  end if;
  beyond := least(beyond, free);
  for placed in
    with found as materialized (
      select p.user_id, p.edge, p.seq from participants p
      where p.room_id = place_listeners.room_id and p.role = 'AUDIENCE' and p.kind in ('person', 'bot')
        and p.hand_raised_at is null and p.invited_to_speak_at is null and p.seq is not null and not p.served_directly and not p.offers
        and not exists (select from assignments a where a.peer_id = p.edge and a.room_id = p.room_id and a.serves = 'audience')
      order by p.edge is null, p.seq desc limit greatest(orphaned, beyond)
      for no key update skip locked
    ), listeners as (
      select f.user_id, f.edge, row_number() over (order by f.edge is null, f.seq desc) as place from found f
    ), places as (
      select e.peer_id, row_number() over (order by e.kind <> 'edge', (e.listeners + n)::float8 / e.capacity, e.peer_id) as place
      from edges_of_room(place_listeners.room_id, too_many > 0) e cross join lateral generate_series(1, least(e.capacity - e.listeners, beyond)) n
    )
    update participants p set edge = s.peer_id
    from listeners l left join places s on s.place = l.place and s.place <= beyond
    where p.room_id = place_listeners.room_id and p.user_id = l.user_id and l.edge is distinct from s.peer_id
    returning p as seat, l.edge as edge
  loop
    old := placed.seat;
    old.edge := placed.edge;
    perform log_edge(old, placed.seat);
    moved := moved + 1;
  end loop;
  update assignments a set listeners = (select count(*) from participants p where p.edge = a.peer_id)
  where moved > 0 and a.room_id = place_listeners.room_id and a.serves = 'audience';
  delete from participants p where p.peer_id in (
    select s.peer_id from participants s
    where s.room_id = place_listeners.room_id and s.kind = 'edge' and not exists (select from assignments a where a.peer_id = s.peer_id)
    for update skip locked);
  return moved;
end
$$;

comment on function place_listeners(bigint) is
  'Places the listeners of a room anew: those whose edge has died or been taken away get another edge, or the node of the stage; and if that serves more than it should (topology_sizes.edge_after), or has capacity for (stage_listeners), the newest get an edge with free capacity. Those who offer (WHEP) are not moved, nor is anybody in an encrypted room. Takes edges away that have died or serve nobody. Returns how many were moved.';
