create or replace function tg_participants__remember_visit() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  insert into visits as v (room_id, user_id, role, joined_at, hidden)
  select r.id, u.id, old.role, old.join_date, r.access = 'invited' from rooms r, users u
  where r.id = old.room_id and u.id = old.user_id
  on conflict on constraint visits_pkey do update
    set role = excluded.role, left_at = clock_timestamp(), hidden = excluded.hidden,
        joined_at = case when v.hidden then least(v.joined_at, excluded.joined_at) else excluded.joined_at end
    where excluded.hidden or not v.hidden; -- a visit of a hidden time stays hidden, whatever follows
  return null;
end
$$;

comment on function tg_participants__remember_visit() is 'Stores who was in the room, in which role, since when, and whether others could see it. A visit while the room was for invited users is kept, rather than one while everybody could see it.';

create or replace trigger _370_remember_visit after delete on participants
for each row when (old.kind in ('person', 'bot')) execute function tg_participants__remember_visit();
comment on trigger _370_remember_visit on participants is 'Stores who was in the room when they leave it, or it ends.';

create or replace trigger _375_remember_visit_again after update of peer_id on participants
for each row when (old.kind in ('person', 'bot') and old.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_participants__remember_visit();
comment on trigger _375_remember_visit_again on participants is 'Stores when a participant first joined who joins again, or a host who leaves.';
