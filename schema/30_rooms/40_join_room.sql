-- Returns the seat as every user may see it, without the columns for relays.
create or replace function join_room(
  inout room_id bigint, inout role text default null,
  out user_id bigint, out peer_id uuid, out kind text, out muted boolean, out hand_raised_at timestamptz,
  out invited_to_speak_at timestamptz, out asked_to_unmute_at timestamptz, out join_date timestamptz, out seq bigint
) language plpgsql set search_path = roomtone, pg_temp as $$
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'you must be signed in to join a room',
      hint    = 'In psql: select act_as(''rick'');';
  end if;
  insert into participants as p (room_id, role) values (join_room.room_id, join_room.role)
  on conflict on constraint participants_pkey do update
    set peer_id = excluded.peer_id, role = case when join_room.role is null then p.role else excluded.role end
  returning p.role, p.user_id, p.peer_id, p.kind, p.muted, p.hand_raised_at,
            p.invited_to_speak_at, p.asked_to_unmute_at, p.join_date, p.seq
  into join_room.role, join_room.user_id, join_room.peer_id, join_room.kind, join_room.muted,
       join_room.hand_raised_at, join_room.invited_to_speak_at, join_room.asked_to_unmute_at, join_room.join_date, join_room.seq;
end
$$;

comment on function join_room(bigint, text) is
  'Join a room, or join it again from a new session: select * from join_room(1); With the role ''AUDIENCE'' you only listen; by default the role is derived (participants.role).';
