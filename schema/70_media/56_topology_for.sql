-- PL/pgSQL keeps its plans. An SQL function is planned at each call, which takes ten times as long as this.
create or replace function topology_for(topology text, here int, on_stage int, broadcast boolean, out topology_now text, out reason text)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  speakers constant int := coalesce((select t.mesh_speakers from topology_sizes t), 4);
  people constant int := coalesce((select t.mesh_people from topology_sizes t), 8);
  few boolean;
begin
  if topology_for.topology = 'mesh' then
    few := topology_for.on_stage <= speakers and topology_for.here <= people;
  else
    few := topology_for.on_stage < speakers and topology_for.here < people - 1; -- later than there, or a room would move to and fro
  end if;
  topology_now := case when few and not topology_for.broadcast then 'mesh' else 'sfu' end; -- a mesh has no mix
  reason := case when topology_now = 'mesh' then 'few' when few then 'mix_is_used' when topology_for.on_stage > speakers then 'many_speakers' else 'many_people' end;
end
$$;

comment on function topology_for(text, int, int, boolean) is
  'The rule of rooms whose topology is automatic: the topology for so many people, of whom so many are on stage, given the topology that the room has and whether it is broadcast; and why. What a mesh costs its speakers grows with the square of the people (docs/topologies.md).';
