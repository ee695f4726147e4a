create or replace function tg_assignments__continue_recording() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  -- A crash of the database empties assignments, but not recordings.
  select * into recording from recordings r where r.room_id = new.room_id and r.ended_at is null and r.node_id <> new.node_id;
  if found then
    perform split_recording(recording, 'the node that wrote it was lost; this is what it had written');
  end if;
  -- A recording that waited long for a node, because none was running, is not continued.
  update recordings r set ended_at = clock_timestamp(), ended_reason = 'no other audio server was available to continue it'
  where r.room_id = new.room_id and r.ended_at is null and r.node_id is null
    and r.announced_at < clock_timestamp() - interval '30 seconds';
  update recordings r set node_id = new.node_id where r.room_id = new.room_id and r.ended_at is null and r.node_id is null;
  return null;
end
$$;

comment on function tg_assignments__continue_recording() is 'The room''s new node continues the running recording.';

create or replace trigger _300_continue_recording after insert on assignments
for each row when (new.serves = 'stage') execute function tg_assignments__continue_recording();
comment on trigger _300_continue_recording on assignments is 'Gives the waiting recording its node.';

create or replace function tg_assignments__split_recording() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  select r.* into recording from recordings r join rooms on rooms.id = r.room_id
  where r.room_id = old.room_id and r.ended_at is null and r.node_id = old.node_id
    and rooms.ended_at is null and rooms.topology <> 'mesh';
  if found then
    perform split_recording(recording, case
      when recording.duration is null and not exists (select from living_nodes() n where n.id = old.node_id)
      then 'the node that wrote it was lost; this is what it had written' end);
  end if;
  return null;
end
$$;

comment on function tg_assignments__split_recording() is 'When a room loses its node, its recording ends, and another continues it.';

create or replace trigger _310_split_recording after delete on assignments
for each row when (old.serves = 'stage') execute function tg_assignments__split_recording();
comment on trigger _310_split_recording on assignments is 'Splits the running recording.';
