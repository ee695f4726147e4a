create or replace function tg_participants__leave_edge() returns trigger
language plpgsql as $$
begin
  new.edge := null;
  return new;
end
$$;

comment on function tg_participants__leave_edge() is
  'The node of the stage serves who may speak, raises a hand, or is invited to speak, and may therefore speak at any moment. A participant who joins again is placed anew.';

-- After the triggers that may change the role.
create or replace trigger _315_leave_edge before update on participants
for each row when (old.edge is not null
                   and (new.role <> 'AUDIENCE' or new.hand_raised_at is not null or new.invited_to_speak_at is not null
                        or new.peer_id is distinct from old.peer_id))
execute function tg_participants__leave_edge();
comment on trigger _315_leave_edge on participants is 'Takes the edge from the seat of a listener who may soon speak.';

create or replace function tg_rooms__release_edges() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform release_edges(new.id);
  return null;
end
$$;

comment on function tg_rooms__release_edges() is 'A mesh has no edges, and an ended room has none, either.';

drop trigger if exists _480_release_edges on rooms;
create constraint trigger _480_release_edges after update of topology, ended_at on rooms
deferrable initially deferred for each row
when ((new.topology = 'mesh' and old.topology <> 'mesh') or (new.ended_at is not null and old.ended_at is null))
execute function tg_rooms__release_edges();
comment on trigger _480_release_edges on rooms is 'At commit, takes the edges from a room that became a mesh or ended, before that is logged.';
