-- Without a row: the defaults.
create table if not exists topology_sizes (
  only_row   boolean primary key default true constraint topology_sizes_is_one_row check (only_row),
  edge_after int not null default 50 constraint topology_sizes_edge_after_is_not_negative check (edge_after >= 0)
);
alter table topology_sizes add column if not exists mesh_speakers int not null default 4
  constraint topology_sizes_mesh_speakers_are_two_or_more check (mesh_speakers >= 2);
alter table topology_sizes add column if not exists mesh_people int not null default 8
  constraint topology_sizes_mesh_people_are_three_or_more check (mesh_people >= 3);

comment on table topology_sizes is
  'From how many people on a room''s audio travels otherwise: at most one row, by the operator. Without one, the defaults: insert into topology_sizes (edge_after) values (100);';
comment on column topology_sizes.only_row is 'True, so that there is at most one row.';
comment on column topology_sizes.edge_after is 'How many listeners of a room the node of its stage serves itself. Those who come later are served by an edge, if one is running.';
comment on column topology_sizes.mesh_speakers is
  'With more people on stage than this a room whose topology is automatic moves to an sfu node; with fewer, and few enough in all, back to a mesh.';
comment on column topology_sizes.mesh_people is
  'With more people in all than this a room whose topology is automatic moves to an sfu node; with fewer than this by two, and few enough on stage, back to a mesh.';
comment on constraint topology_sizes_mesh_speakers_are_two_or_more on topology_sizes is 'One person needs no topology.';
comment on constraint topology_sizes_mesh_people_are_three_or_more on topology_sizes is 'A room of two is a mesh, and one that became smaller by two has somebody in it.';
comment on constraint topology_sizes_is_one_row on topology_sizes is 'There is at most one row.';
comment on constraint topology_sizes_edge_after_is_not_negative on topology_sizes is 'With 0 edges serve all listeners.';
