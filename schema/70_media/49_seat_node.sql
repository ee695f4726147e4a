create or replace function seat_node(room_id bigint, node nodes, peer_id uuid) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  -- Seated as the node's user, not as the user who changed the room, and served by no relay.
  claims constant text := current_setting('request.jwt.claims', true);
  relay constant text := current_setting('roomtone.node', true);
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', node.user_id::text)::text, true), set_config('roomtone.node', '', true);
  insert into participants (room_id, user_id, peer_id, kind, role, muted)
  values (seat_node.room_id, node.user_id, seat_node.peer_id, node.kind, 'SPEAKER', false)
  on conflict on constraint participants_pkey do update set peer_id = excluded.peer_id, kind = excluded.kind, muted = false;
  perform set_config('request.jwt.claims', coalesce(claims, ''), true), set_config('roomtone.node', coalesce(relay, ''), true);
  perform pg_notify('roomtone', json_build_object('node', node.id)::text);
end
$$;

comment on function seat_node(bigint, nodes, uuid) is 'Gives a media node a seat of its kind in a room to which it is assigned, and notifies it.';
