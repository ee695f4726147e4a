create or replace function node_recording_continues(node text, recording_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from recordings r
  where r.id = node_recording_continues.recording_id and r.node_id = node_recording_continues.node and r.deleted_at is null
    and (r.ended_at is null or exists (select from recordings n where n.continues_id = r.id)));

comment on function node_recording_continues(text, bigint) is
  'Whether a recording continues, at this node or another. If so, audio that arrives in the seconds of the move belongs to it, too.';
