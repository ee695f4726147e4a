create or replace function tg_assignments__part() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  select r.* into recording from recordings r join rooms on rooms.id = r.room_id
  where r.room_id = old.room_id and r.ended_at is null and r.node_id = old.node_id
    and rooms.ended_at is null and rooms.topology <> 'mesh';
  if found then
    perform part_recording(recording, case
      when recording.duration is null and not exists (select from living_nodes() n where n.id = old.node_id)
      then 'the node that wrote it was lost; what it had written is here' end);
  end if;
  return null;
end
$$;

comment on function tg_assignments__part() is 'A recording goes on in a new part when its room loses its node.';

create or replace trigger _310_part after delete on assignments
for each row execute function tg_assignments__part();
comment on trigger _310_part on assignments is 'What the node wrote is one part of the recording.';

create or replace function tg_assignments__go_on() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  -- Assignments are lost in a crash, recordings are not.
  select * into recording from recordings r where r.room_id = new.room_id and r.ended_at is null and r.node_id <> new.node_id;
  if found then
    perform part_recording(recording, 'the node that wrote it was lost; what it had written is here');
  end if;
  -- What waited for a whole evening, while nothing ran here, nobody expects to go on.
  update recordings r set ended_at = clock_timestamp(), ended_reason = 'no other node was there to go on'
  where r.room_id = new.room_id and r.ended_at is null and r.node_id is null
    and r.announced_at < clock_timestamp() - interval '30 seconds';
  update recordings r set node_id = new.node_id where r.room_id = new.room_id and r.ended_at is null and r.node_id is null;
  return null;
end
$$;

comment on function tg_assignments__go_on() is 'The room''s new node goes on with what is being recorded.';

create or replace trigger _300_go_on after insert on assignments
for each row execute function tg_assignments__go_on();
comment on trigger _300_go_on on assignments is 'A recording that waits for a node has one.';
