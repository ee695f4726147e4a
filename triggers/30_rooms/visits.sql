create or replace function tg_participants__remember_visit() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into visits as v (room_id, user_id, role)
  select r.id, u.id, old.role from rooms r, users u where r.id = old.room_id and u.id = old.user_id
  on conflict on constraint visits_pkey do update set role = excluded.role, left_at = clock_timestamp();
  return null;
end
$$;

comment on function tg_participants__remember_visit() is 'Stores who was in the room, and in which role.';

create or replace trigger _370_remember_visit after delete on participants
for each row when (old.kind in ('person', 'bot')) execute function tg_participants__remember_visit();
comment on trigger _370_remember_visit on participants is 'Stores who was in the room when they leave it, or it ends.';
