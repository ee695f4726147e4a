-- How the audio of a room travels; a column of its own file, because everything about it is told here and in triggers/70_media/rooms.sql.
do $$
begin
  -- As in 14_rooms.sql: before PostgreSQL 18 no column with a default is added while this function's stored expression stands in the way.
  if not exists (select from pg_attribute a where a.attrelid = 'rooms'::regclass and a.attname = 'topology') then
    drop function if exists room_names(rooms);
  end if;
end
$$;
alter table rooms add column if not exists topology text not null default 'mesh'
  constraint rooms_topology_is_known check (topology in ('mesh', 'sfu', 'mcu'));

comment on column rooms.topology is
  'mesh: everybody connects with everybody; sfu: a node forwards each voice; mcu: a node mixes them. UPDATE it and the room moves, while people talk.';
comment on constraint rooms_topology_is_known on rooms is 'mesh, sfu or mcu.';
