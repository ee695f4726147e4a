create or replace function join_room(room_id bigint, role text default null) returns participants
language plpgsql as $$
declare
  seat participants;
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'nobody is acting, so nobody can join',
      hint    = 'In psql: select act_as(''rick'');';
  end if;
  insert into participants (room_id, role) values (join_room.room_id, join_room.role)
  on conflict on constraint participants_pkey do update
    set peer_id = excluded.peer_id, role = case when join_room.role is null then participants.role else excluded.role end
  returning * into seat;
  return seat;
end
$$;

comment on function join_room(bigint, text) is
  'Take a seat, or take it anew: select * from join_room(1); a role is derived unless asked for (''AUDIENCE'' just listens).';
