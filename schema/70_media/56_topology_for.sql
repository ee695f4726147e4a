-- Each heartbeat of a node asks it for every room with people, so it has no SET clause and no SECURITY DEFINER: PostgreSQL then writes
-- the expression into the query, which takes a tenth of a call.
create or replace function topology_needed(topology text, here int, on_stage int, broadcast boolean, mesh_speakers int, mesh_people int) returns text
language sql immutable parallel safe
return case
  when topology_needed.broadcast then 'sfu' -- a mesh has no mix
  when topology_needed.topology = 'mesh' and topology_needed.on_stage <= mesh_speakers and topology_needed.here <= mesh_people then 'mesh'
  -- Later than there, or a room would move to and fro.
  when topology_needed.topology <> 'mesh' and topology_needed.on_stage < mesh_speakers and topology_needed.here < mesh_people - 1 then 'mesh'
  else 'sfu' end;

comment on function topology_needed(text, int, int, boolean, int, int) is
  'The rule of rooms whose topology is automatic: the topology for so many people, of whom so many are on stage, given the topology that the room has, whether it is broadcast, and mesh_limits. What a mesh costs its speakers grows with the square of the people (docs/topologies.md).';

-- PL/pgSQL keeps its plans. An SQL function with a query is planned at each call, which takes ten times as long as this.
create or replace function topology_for(topology text, here int, on_stage int, broadcast boolean, out topology_now text, out reason text)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  most record;
begin
  select * into most from mesh_limits();
  topology_now := topology_needed(topology_for.topology, topology_for.here, topology_for.on_stage, topology_for.broadcast, most.speakers, most.people);
  reason := case
    when topology_now = 'mesh' then 'few'
    when topology_needed(topology_for.topology, topology_for.here, topology_for.on_stage, false, most.speakers, most.people) = 'mesh' then 'mix_is_used'
    when topology_for.on_stage > most.speakers then 'many_speakers'
    else 'many_people' end;
end
$$;

comment on function topology_for(text, int, int, boolean) is
  'The topology that an automatic room needs (topology_needed), and why, as topology_reason says it.';
