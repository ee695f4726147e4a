create or replace function topology_for(topology text, here int, on_stage int, out topology_now text, out reason text)
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select row(case when c.few then 'mesh' else 'sfu' end,
             case when c.few then 'few' when topology_for.on_stage > c.speakers then 'many_speakers' else 'many_people' end)
  from (
    select s.speakers, case topology_for.topology
             when 'mesh' then topology_for.on_stage <= s.speakers and topology_for.here <= s.people
             -- Back later than there, or a room would move to and fro.
             else topology_for.on_stage < s.speakers and topology_for.here < s.people - 1 end as few
    from (select coalesce((select t.mesh_speakers from topology_sizes t), 4) as speakers,
                 coalesce((select t.mesh_people from topology_sizes t), 8) as people) s) c);

comment on function topology_for(text, int, int) is
  'The rule of rooms whose topology is automatic: the topology for so many people, of whom so many are on stage, given the topology that the room has; and why. What a mesh costs its speakers grows with the square of the people (docs/topologies.md).';
