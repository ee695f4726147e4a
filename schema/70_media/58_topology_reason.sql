-- A function of the row, read like a column, as here.

create or replace function topology_reason(room rooms) returns text
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  counters logs;
  wanted record;
begin
  if not room.topology_is_auto then
    return 'host';
  end if;
  counters := counters_of(room.id);
  select * into wanted from topology_for(room.topology, coalesce(counters.here, 0), coalesce(counters.on_stage, 0), room.broadcast);
  return case
    when wanted.topology_now = room.topology then wanted.reason
    when wanted.topology_now = 'mesh' then 'mix_is_used'
    else 'no_node' end;
end
$$;

comment on function topology_reason(rooms) is
  'Why a room has its topology: select r.topology, r.topology_reason from rooms r; host: the host chose it. Otherwise it is automatic: few: a mesh, for few people; many_speakers and many_people: sfu, for more than topology_sizes says; no_node: a mesh, because no sfu node has capacity; mix_is_used: sfu, because the room is recorded, broadcast, or its mix is sent to somebody.';
