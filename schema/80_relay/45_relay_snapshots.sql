create or replace function relay_snapshots(rooms bigint[], users bigint[], peers uuid[], tokens text[])
returns table (place bigint, room_id bigint, cursor text, content text)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  with seats as materialized (
    select * from relay_seats_of(relay_snapshots.rooms, relay_snapshots.users, relay_snapshots.peers, relay_snapshots.tokens)
  )
  select null::bigint, s.room_id, state ->> 'cursor', state::text
  from (select distinct d.room_id from seats d) s cross join lateral room_state(s.room_id) state
  union all
  select s.place, s.room_id, null, waiting_signals(s.room_id, s.user_id, s.peer_id)::text || ', "user_id": ' || s.user_id
         || coalesce(', "seats": ' || own_seats(s.room_id, s.user_id, s.peer_id)::text, '') from seats s;
end;

comment on function relay_snapshots(bigint[], bigint[], uuid[], text[]) is
  'The snapshots of many sessions in one query, at one moment: a row for each room with the state that all its participants share (without place), and one for each session that relay_seats_of returns, with what is for it alone: the signals to it, and after them the text of its further members (user_id, seats), so that relays of the release before send them, too.';
