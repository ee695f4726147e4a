create or replace function node_speakers(node text, room_id bigint, users bigint[]) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  insert into speakers (room_id, users)
  select a.room_id, node_speakers.users from assignments a
  where a.node_id = node_speakers.node and a.room_id = node_speakers.room_id and a.serves = 'stage'
  on conflict on constraint speakers_pkey do update set users = excluded.users, changed_at = excluded.changed_at
  where speakers.users <> excluded.users;
end;

comment on function node_speakers(text, bigint, bigint[]) is
  'The node of a room''s stage says who speaks now. Nodes call it only while somebody listens through an edge, only when it has changed, and at most four times a second.';
