create or replace function relay_seats_of(rooms bigint[], users bigint[], peers uuid[], tokens text[])
returns table (place bigint, room_id bigint, user_id bigint, peer_id uuid)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select w.place, p.room_id, p.user_id, p.peer_id
  from unnest(relay_seats_of.rooms, relay_seats_of.users, relay_seats_of.peers, relay_seats_of.tokens)
       with ordinality as w (room_id, user_id, peer_id, token, place)
  join participants p on p.room_id = w.room_id and p.user_id = w.user_id and p.peer_id = coalesce(w.peer_id, p.peer_id)
  where why_token_is_refused(w.token, w.user_id, null) is null;
end;

comment on function relay_seats_of(bigint[], bigint[], uuid[], text[]) is
  'The seats of many users in one query: those that require_seat would return to these users, whose tokens (given by their jti) are not refused whenever they were issued. `place` counts the given users from 1. For each of the others, the relay asks as that user, and is told why there is no seat.';
