create or replace function node_recording_moves(node text, recording_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from recordings r
  where r.id = node_recording_moves.recording_id and r.node_id = node_recording_moves.node and r.deleted_at is null
    and (r.ended_at is null or exists (select from recordings n where n.continues_id = r.id)));

comment on function node_recording_moves(text, bigint) is
  'Whether a recording goes on, here or at another node: then the last seconds of those who are still on their way belong to it, too.';
