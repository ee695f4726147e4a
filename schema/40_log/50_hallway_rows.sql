-- PL/pgSQL keeps its plans. An SQL function is planned at each call, which takes several times as long as running it.
create or replace function hallway_rows(rooms bigint[] default null) returns setof jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  wanted constant bigint[] := coalesce(hallway_rows.rooms, array(select r.id from roomtone.rooms r where r.ended_at is null));
begin
  if wanted = '{}' then
    return; -- planning this query is slow in a new session, and a relay that starts asks for all rooms
  end if;
  return query
    select to_jsonb(h) - 'followed' || jsonb_build_object('ended_at', null)
           || case when h.access = 'invited' then jsonb_build_object('readers', array(select r from room_readers(h.id) r)) else '{}' end
    from hallway h
    where h.id = any (wanted)
    union all
    select jsonb_build_object('id', r.id, 'ended_at', r.ended_at, 'cursor', coalesce(l.epoch, 0) || '-' || coalesce(l.hallway_seq, 0))
    from roomtone.rooms r left join logs l on l.room_id = r.id
    where r.id = any (hallway_rows.rooms) and r.ended_at is not null;
end
$$;

comment on function hallway_rows(bigint[]) is
  'The hallway''s rows for relays. If rooms are given, also a short row for those of them that have ended. The row of a room for invited users has `readers`: the ids of the users who may see it. The relay sends the row only to them, without `readers`.';
