-- Triggers on rooms: whether what is said may be written. Only the host changes rooms.captions (tg_rooms__guard).

create or replace function tg_rooms__guard_captions() returns trigger
language plpgsql as $$
begin
  if roomtone.captions_refused(new) is not null then
    raise check_violation using
      message    = 'this room can have no captions: ' || roomtone.captions_refused(new),
      constraint = 'rooms_captions_are_possible',
      hint       = 'Leave captions off.';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_captions() is 'Explains why a room can have no captions (captions_refused).';

create or replace trigger _185_guard_captions before insert or update of captions on rooms
for each row when (new.captions) execute function tg_rooms__guard_captions();
comment on trigger _185_guard_captions on rooms is 'Refuses captions in rooms that can have none.';

create or replace function tg_rooms__end_captions() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update participants p set captioned_by = null where p.room_id = new.id and p.captioned_by is not null;
  return null;
end
$$;

comment on function tg_rooms__end_captions() is 'Ends what the speakers agreed to when captions are switched off. Each agrees again when they are switched on again.';

create or replace trigger _385_end_captions after update of captions on rooms
for each row when (old.captions and not new.captions) execute function tg_rooms__end_captions();
comment on trigger _385_end_captions on rooms is 'No speaker lets captions be written any more when they are switched off.';
