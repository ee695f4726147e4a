create or replace function own_seats(room_id bigint, user_id bigint, peer_id uuid) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  if not exists (select from logs l where l.room_id = own_seats.room_id and l.counted) then
    return null;
  end if;
  if is_node_of_room(own_seats.room_id, own_seats.user_id) then
    return coalesce((
      select jsonb_agg(seat_record(p) order by p.seq) from participants p
      where p.room_id = own_seats.room_id and p.role = 'AUDIENCE'), '[]');
  end if;
  return coalesce((
    select jsonb_agg(seat_record(p) order by p.seq)
    from (select own_seats.user_id union select signal_partners(own_seats.peer_id)) known (user_id)
    join participants p on p.room_id = own_seats.room_id and p.user_id = known.user_id
    where p.peer_id is not null
      and (p.user_id = own_seats.user_id or p.role = 'AUDIENCE')), '[]');
end
$$;

comment on function own_seats(bigint, bigint, uuid) is
  'While the roster is counted, the seats that this session knows beside those that everybody knows: its own, and those of the audience with which it exchanged signals; for the room''s media nodes, the whole audience. Null while the roster is full.';
