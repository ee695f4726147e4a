create or replace function room_readers(room_id bigint) returns setof bigint
language sql stable
begin atomic
  select r.host_id from rooms r where r.id = room_readers.room_id
  union
  select unnest(r.co_host_ids) from rooms r where r.id = room_readers.room_id
  union
  select g.user_id from guests g where g.room_id = room_readers.room_id
  union
  select p.user_id from participants p where p.room_id = room_readers.room_id
  union
  select i.invited_user from invitations i
  where i.room_id = room_readers.room_id and i.invited_user is not null and invitation_is_open(i);
end;

comment on function room_readers(bigint) is
  'The users who may see a room for invited users: host, co-hosts, guests, participants, and users with an open named invitation.';
