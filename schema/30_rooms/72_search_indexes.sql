-- For search(), whose conditions repeat these expressions. They build slowly (about 50 µs a row), so not again at each installation.

create index if not exists users_search on users using gin (search_vector(username || ' ' || coalesce(bio, '')));
create index if not exists clubs_search on clubs using gin (search_vector(name || ' ' || coalesce(description, '')));
-- An index from before rooms had descriptions.
do $$
begin
  if pg_get_indexdef(to_regclass('roomtone.rooms_search')) not like '%description%' then
    drop index roomtone.rooms_search;
  end if;
end
$$;
create index if not exists rooms_search on rooms using gin (search_vector(name || ' ' || coalesce(description, ''))) where ended_at is null;
create index if not exists rooms_by_host on rooms (host_id) where ended_at is null;
create index if not exists rooms_by_co_host on rooms using gin (co_host_ids) where ended_at is null and co_host_ids <> '{}';

comment on index users_search is 'Finds users by the words of their name and bio.';
comment on index clubs_search is 'Finds clubs by the words of their name and description.';
comment on index rooms_search is 'Finds open and scheduled rooms by the words of their name and description.';
comment on index rooms_by_host is 'Finds the open and scheduled rooms of a host.';
comment on index rooms_by_co_host is 'Finds the open and scheduled rooms of a co-host.';
