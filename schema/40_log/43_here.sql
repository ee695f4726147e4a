-- Functions of a row, which are read like columns: select r.name, r.here from rooms r; over HTTP, select=name,here. No column of the
-- table, which would be written with every join. Not BEGIN ATOMIC: see rooms.

create or replace function counters_of(room_id bigint) returns logs
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  log logs;
begin
  if may_see_room(counters_of.room_id) then
    select * into log from logs l where l.room_id = counters_of.room_id;
    -- The counters change at commit. A transaction that has written counts the seats as it sees them, as for a room without a log.
    if not found or pg_current_xact_id_if_assigned() is not null then
      select c.here, c.on_stage into log.here, log.on_stage from seat_counts(counters_of.room_id) c;
    end if;
  end if;
  return log;
end
$$;

comment on function counters_of(bigint) is
  'The counters of a room that the acting user may see, also within a transaction that has changed seats; all null for any other room.';

create or replace function here(room rooms) returns int
language sql stable security definer set search_path = roomtone, pg_temp
as $$ select (counters_of((here.room).id)).here $$;

comment on function here(rooms) is 'How many people and bots are in a room that the acting user may see, without counting them: select r.name, r.here from rooms r;';

create or replace function on_stage(room rooms) returns int
language sql stable security definer set search_path = roomtone, pg_temp
as $$ select (counters_of((on_stage.room).id)).on_stage $$;

comment on function on_stage(rooms) is 'How many of those in a room may speak: select r.name, r.here, r.on_stage from rooms r;';
