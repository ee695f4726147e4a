-- Sessions that signal to each other: 20 rooms of 20, and every pair in a room. Made by the operator for one run, in a schema of its own.
-- The setting bench.run is the run's id.
do $$
declare
  run constant text := current_setting('bench.run');
begin
  insert into roomtone.users (username) select format('lab %s signal %s', run, n) from generate_series(1, 400) n;
  insert into roomtone.rooms (name, host_id)
    select 'Lab', id from roomtone.users where username like format('lab %s signal %%', run) order by id limit 20;
  with rooms as (
    select r.id, row_number() over (order by r.id) - 1 as place
    from roomtone.rooms r join roomtone.users u on u.id = r.host_id where u.username like format('lab %s signal %%', run)
  ), people as (
    select id, (row_number() over (order by id) - 1) % 20 as place
    from roomtone.users where username like format('lab %s signal %%', run)
  )
  insert into roomtone.participants (room_id, user_id) select rooms.id, people.id from rooms join people using (place);
end
$$;
create table pairs as
  select row_number() over () as n, s.room_id, s.peer_id as from_peer, r.peer_id as to_peer
  from roomtone.participants s
    join roomtone.participants r on r.room_id = s.room_id and r.user_id <> s.user_id
    join roomtone.users u on u.id = s.user_id
  where u.username like format('lab %s signal %%', current_setting('bench.run'));
create unique index on pairs (n);
create unlogged table bare (
  id         bigint generated always as identity primary key,
  room_id    bigint not null,
  from_peer  uuid not null,
  to_peer    uuid not null,
  kind       text not null,
  body       jsonb not null,
  created_at timestamptz not null default clock_timestamp()
);
analyze pairs, roomtone.participants, roomtone.rooms, roomtone.users;
