-- Without a row: the defaults.
create table if not exists topology_sizes (
  only_row   boolean primary key default true constraint topology_sizes_is_one_row check (only_row),
  edge_after int not null default 50 constraint topology_sizes_edge_after_is_not_negative check (edge_after >= 0)
);

comment on table topology_sizes is
  'From how many people on a room''s audio travels otherwise: at most one row, by the operator. Without one, the defaults: insert into topology_sizes (edge_after) values (100);';
comment on column topology_sizes.only_row is 'True, so that there is at most one row.';
comment on column topology_sizes.edge_after is 'How many listeners of a room the node of its stage serves itself. Those who come later are served by an edge, if one is running.';
comment on constraint topology_sizes_is_one_row on topology_sizes is 'There is at most one row.';
comment on constraint topology_sizes_edge_after_is_not_negative on topology_sizes is 'With 0 edges serve all listeners.';
