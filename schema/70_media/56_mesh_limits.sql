create or replace function mesh_limits(out speakers int, out people int)
language sql stable
begin atomic
  select coalesce(max(t.mesh_speakers), 4), coalesce(max(t.mesh_people), 8) from topology_sizes t;
end;

comment on function mesh_limits() is 'Up to how many people on stage, and in all, an automatic room is a mesh: those of topology_sizes, or the defaults.';
