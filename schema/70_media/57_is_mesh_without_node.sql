create or replace function is_mesh_without_node(room_id bigint, here int) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return is_mesh_without_node.here <= 50
   and (node_with_capacity('sfu', is_mesh_without_node.room_id)).id is null
   and not exists (select from recordings c where c.room_id = is_mesh_without_node.room_id and c.ended_at is null)
   and not exists (select from rooms r where r.id = is_mesh_without_node.room_id and r.broadcast);

comment on function is_mesh_without_node(bigint, int) is
  'Whether an automatic room of so many people, whose node is lost, becomes a mesh: no sfu node has capacity for it. Not with more than 50 people, of whom most would hear nobody in a mesh, and not while it is recorded or broadcast, which a node continues: such a room waits for a node.';
