create or replace function node_receive_mix(node text, room_id bigint, address inet, port int, key text) returns uuid
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  made uuid;
begin
  insert into mix_receivers (room_id, node_id, address, port, key)
  select r.id, node_receive_mix.node, node_receive_mix.address, node_receive_mix.port, node_receive_mix.key
  from rooms r where r.id = node_receive_mix.room_id and r.ended_at is null
  returning id into made;
  perform notify_mixer(node_receive_mix.room_id);
  return made;
end
$$;

comment on function node_receive_mix(text, bigint, inet, int, text) is
  'A process asks for the mix of a room, by SRTP to this address. It gets it while it sends heartbeats and the room has a media node. Returns the id by which it stops; null if the room has ended.';

create or replace function node_stop_mix(node text, id uuid) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room bigint;
begin
  delete from mix_receivers m where m.id = node_stop_mix.id and m.node_id = node_stop_mix.node returning m.room_id into room;
  perform notify_mixer(room);
end
$$;

comment on function node_stop_mix(text, uuid) is 'A process no longer wants a mix that it asked for.';
