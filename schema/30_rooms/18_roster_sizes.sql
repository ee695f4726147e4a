-- Without a row: 100 and 60.
create table if not exists roster_sizes (
  only_row      boolean primary key default true constraint roster_sizes_is_one_row check (only_row),
  counted_above int not null,
  full_below    int not null,
  constraint roster_sizes_have_a_distance check (full_below <= counted_above)
);

comment on table roster_sizes is
  'From how many seats on a room''s roster is counted, and when it is full again: at most one row, by the operator. Without one, 100 and 60: insert into roster_sizes (counted_above, full_below) values (200, 150);';
comment on column roster_sizes.only_row is 'True, so that there is at most one row.';
comment on column roster_sizes.counted_above is 'A join with which more people and bots than this are in a room turns its roster to counted.';
comment on column roster_sizes.full_below is 'A leave with which fewer people and bots than this are in a room turns its roster to full.';
comment on constraint roster_sizes_is_one_row on roster_sizes is 'There is at most one row.';
comment on constraint roster_sizes_have_a_distance on roster_sizes is 'A roster that has just turned does not turn back at the next join or leave.';
