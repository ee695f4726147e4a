create or replace function relay_seated(peers uuid[]) returns setof uuid
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select p.peer_id from participants p where p.peer_id = any (relay_seated.peers);
end;

comment on function relay_seated(uuid[]) is 'Those of these sessions that have a seat, served by a relay or not.';
