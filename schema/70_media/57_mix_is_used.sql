create or replace function mix_is_used(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from recordings c where c.room_id = mix_is_used.room_id and c.ended_at is null)
    or exists (select from mix_receivers m where m.room_id = mix_is_used.room_id)
    or exists (select from assignments a where a.room_id = mix_is_used.room_id and a.serves = 'audience');

comment on function mix_is_used(bigint) is 'Whether a room is recorded, its mix is sent to somebody, or an edge serves it: then it does not become a mesh, which has no mix.';
