-- What those who write and keep the files do as themselves.

create or replace function part_recording(recording recordings, failure text default null) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if recording.started_at is null then
    update recordings r set node_id = null where r.id = recording.id;
    return;
  end if;
  update recordings r set ended_at = clock_timestamp(), ended_reason = 'the room moved to another node, where it goes on', failure = part_recording.failure
  where r.id = recording.id;
  insert into recordings (room_id, started_by, continues_id, begins_at)
  values (recording.room_id, recording.started_by, recording.id, clock_timestamp());
end
$$;

comment on function part_recording(recordings, text) is
  'The recording''s node is no longer there: what it wrote is one part, and the next waits for another node. One that had not begun just waits.';

create or replace function node_recording_begins(node text, recording_id bigint)
returns table (file text, wait double precision)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  select * into recording from recordings r
  where r.id = node_recording_begins.recording_id and r.node_id = node_recording_begins.node and r.ended_at is null
  for no key update;
  if recording.begins_at > clock_timestamp() then
    return query select null::text, extract(epoch from recording.begins_at - clock_timestamp())::float8;
  elsif recording.started_at is not null then
    -- This node wrote a part of it before; of the next one it learns as everybody does.
    perform part_recording(recording);
    update recordings r set node_id = node_recording_begins.node where r.room_id = recording.room_id and r.ended_at is null;
  else
    return query
      update recordings r set started_at = clock_timestamp() where r.id = recording.id
      returning r.file, 0::float8;
  end if;
end
$$;

comment on function node_recording_begins(text, bigint) is
  'A node begins to write: into which file. Without a file, but a wait in seconds: not yet. No row: not any more, or not this node.';

create or replace function node_recording_ended(node text, recording_id bigint, seconds double precision, bytes bigint, failure text default null)
returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  update recordings r
  set duration = make_interval(secs => node_recording_ended.seconds), bytes = node_recording_ended.bytes,
      failure = coalesce(r.failure, node_recording_ended.failure),
      ended_at = case when node_recording_ended.failure is null then r.ended_at else coalesce(r.ended_at, clock_timestamp()) end
  where r.id = node_recording_ended.recording_id and r.node_id = node_recording_ended.node;
end;

comment on function node_recording_ended(text, bigint, double precision, bigint, text) is
  'A node has finished a file: how long and how large it is, and what went wrong, which ends the recording.';

create or replace function node_recording_moves(node text, recording_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from recordings r
  where r.id = node_recording_moves.recording_id and r.node_id = node_recording_moves.node and r.deleted_at is null
    and (r.ended_at is null or exists (select from recordings n where n.continues_id = r.id)));

comment on function node_recording_moves(text, bigint) is
  'Whether a recording goes on, here or at another node: then the last seconds of those who are still on their way belong to it, too.';

create or replace function recording_mark() returns text
language sql volatile
return left(md5(relay_secret('recordings')), 8);

comment on function recording_mark() is 'Eight digits with which the files of this database''s recordings begin, for another''s may lie beside them.';

create or replace function relay_recordings_gone(files text[]) returns setof text
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select f from unnest(relay_recordings_gone.files) f
  where starts_with(f, recording_mark())
    and not exists (select from recordings r where r.file = f and r.deleted_at is null);
end;

comment on function relay_recordings_gone(text[]) is 'Those of these files that are this database''s and belong to no recording any more.';

create or replace function relay_recording_measured(recording_id bigint, seconds double precision, bytes bigint) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  update recordings r
  set duration = make_interval(secs => relay_recording_measured.seconds), bytes = relay_recording_measured.bytes
  where r.id = relay_recording_measured.recording_id and r.duration is null;
end;

comment on function relay_recording_measured(bigint, double precision, bigint) is 'How long and how large a file is whose node could not say.';

drop function if exists relay_tend_recordings();

create or replace function relay_tend_recordings(keep interval default null) returns table (recording bigint, file text)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Locked ones are being changed by somebody, and looked at again the next time.
  update recordings r
  set ended_at = clock_timestamp(),
      ended_reason = case when r.node_id is null then 'no other node was there to go on' else 'everybody had left' end
  where r.id in (
    select x.id from recordings x
    where x.ended_at is null and x.begins_at < clock_timestamp()
      and ((x.node_id is null and x.announced_at < clock_timestamp() - interval '30 seconds')
           or not exists (select from participants p where p.room_id = x.room_id and p.peer_id is not null and p.kind = 'person'))
    for no key update skip locked);
  update recordings r set deleted_at = clock_timestamp()
  where r.id in (
    select x.id from recordings x
    where x.ended_at < clock_timestamp() - relay_tend_recordings.keep and x.deleted_at is null
    order by x.ended_at limit 100 for no key update skip locked);
  return query
    select r.id, r.file from recordings r
    where r.started_at is not null and r.ended_at is not null and r.duration is null and r.deleted_at is null
      and (r.ended_at < clock_timestamp() - interval '5 seconds' or not exists (select from living_nodes() n where n.id = r.node_id))
    order by r.id limit 100;
end
$$;

comment on function relay_tend_recordings(interval) is
  'Deletes recordings that ended longer ago than that, if a time is given. Ends recordings of rooms that everybody has left, and those whose node is gone with no other in sight for 30 seconds; returns those that ended without their node saying how long they are, for it was killed: whoever has the file looks.';
