-- Many rooms are counted at once, so it has no SET clause and no SECURITY DEFINER: PostgreSQL then writes the expression into the query.
create or replace function streams_needed(kind text, served bigint, on_stage int) returns bigint
language sql immutable parallel safe
return greatest(1, streams_needed.served * case streams_needed.kind when 'sfu' then greatest(1, streams_needed.on_stage) else 1 end);

comment on function streams_needed(text, bigint, int) is
  'How many streams of audio a node of this kind sends for the stage of a room to so many people, of whom so many are on stage: an sfu one of each speaker to each person, an mcu one to each person. At least 1.';

create or replace function room_streams(room_id bigint, kind text) returns bigint
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select coalesce(max(streams_needed(room_streams.kind, l.here - edges.listeners, l.on_stage)), 1)
  from (select coalesce(sum(a.listeners), 0)::bigint as listeners from assignments a
        where a.room_id = room_streams.room_id and a.serves = 'audience') edges
  left join logs l on l.room_id = room_streams.room_id);

comment on function room_streams(bigint, text) is
  'How many streams of audio the node of a room''s stage sends (streams_needed), by the counters of the room: without those whom edges serve. At least 1.';

create or replace function node_load(node text, without_room bigint default null) returns bigint
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select coalesce(sum(case a.serves when 'audience' then a.listeners
                      else streams_needed(n.kind, coalesce(l.here, 0) - edges.listeners, l.on_stage) end), 0)::bigint
  from nodes n
  join assignments a on a.node_id = n.id and a.room_id is distinct from node_load.without_room
  left join logs l on l.room_id = a.room_id
  cross join lateral (select coalesce(sum(b.listeners), 0)::bigint as listeners from assignments b
                      where b.room_id = a.room_id and b.serves = 'audience' and a.serves = 'stage') edges
  where n.id = node_load.node);

comment on function node_load(text, bigint) is
  'How many streams of audio a media node sends for all its rooms but one: for stages (streams_needed), and to the listeners whose seats name it.';
