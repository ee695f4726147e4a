create or replace function signal_partners(peer_id uuid) returns setof bigint
language sql stable
begin atomic
  select s.user_id
  from (select f.to_user as user_id from signals f where f.from_peer = signal_partners.peer_id
        union select t.from_user from signals t where t.to_peer = signal_partners.peer_id) s
  join users u on u.id = s.user_id
  where u.kind <> 'node';
end;

comment on function signal_partners(uuid) is 'The users, without media nodes, with whom this session has exchanged signals.';
