-- A media node renews its lease and reads which rooms it hosts with the relay's login. In rooms it acts as its user, under the same
-- rules as other users.

create or replace function node_register(node text, kind text, capacity int, address text default null) returns users
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  node_user users;
begin
  perform resume_leases();
  if node_register.kind is null or node_register.kind not in ('sfu', 'mcu', 'edge') then
    raise check_violation using
      message    = format('there is no media node of the kind %s', coalesce(node_register.kind, 'null')),
      constraint = 'nodes_kind_is_known',
      hint       = 'sfu, mcu or edge.';
  end if;
  perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  -- The first name that no running node has: 'sfu', 'sfu 2', … Users of stopped nodes are used again.
  select u.* into node_user
  from generate_series(1, 1000) as number (n)
  cross join lateral (select node_register.kind || case when n > 1 then ' ' || n else '' end as name) wanted
  left join users u on name_skeleton(u.username) = name_skeleton(wanted.name)
  where u.id is null or (u.kind = 'node' and not exists (
    select from nodes x where x.user_id = u.id and x.id <> node_register.node and x.heartbeat_at > clock_timestamp() - interval '10 seconds'))
  order by n limit 1;
  if node_user.id is null then
    insert into users (username, kind)
    select wanted.name, 'node'
    from generate_series(1, 1000) as number (n)
    cross join lateral (select node_register.kind || case when n > 1 then ' ' || n else '' end as name) wanted
    where not exists (select from users u where name_skeleton(u.username) = name_skeleton(wanted.name))
    order by n limit 1
    returning * into node_user;
  end if;
  insert into nodes (id, kind, address, user_id, capacity)
  values (node_register.node, node_register.kind, node_register.address, node_user.id, node_register.capacity)
  on conflict (id) do update
    set heartbeat_at = clock_timestamp(), address = excluded.address, user_id = excluded.user_id, capacity = excluded.capacity;
  return node_user;
end
$$;

comment on function node_register(text, text, int, text) is
  'Begins the lease of a media node that sends at most `capacity` streams (nodes.capacity). Returns the user as whom it takes seats. Called again after a crash of the database.';
