-- A row of its own, because counting messages would let whoever deletes them again write without end. UNLOGGED:
-- after a crash everybody begins anew.

create unlogged table if not exists paces (
  room_id bigint not null,
  user_id bigint not null,
  kind    text not null
          constraint paces_kind_is_known check (kind in ('messages', 'reactions', 'invitations')),
  recent  timestamptz[] not null,
  primary key (room_id, user_id, kind)
);
-- Installed before invitations had a pace.
alter table paces drop constraint paces_kind_is_known,
  add constraint paces_kind_is_known check (kind in ('messages', 'reactions', 'invitations'));
alter table paces set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

comment on table paces is 'When somebody last wrote or reacted in a room, or invited somebody: what slow mode and the limits are measured by.';
comment on column paces.room_id is 'The room; 0 where it does not matter.';
comment on column paces.user_id is 'Whose pace it is.';
comment on column paces.kind is 'messages, reactions or invitations.';
comment on column paces.recent is 'The moments of their latest ones, oldest first; one more than the limit counts.';

create or replace function next_pace(room_id bigint, user_id bigint, kind text, how_many int) returns timestamptz[]
language sql
begin atomic
  -- The row's lock counts two requests at once one after the other, and holds up nobody but themselves.
  insert into paces as p (room_id, user_id, kind, recent)
  values (next_pace.room_id, next_pace.user_id, next_pace.kind, array[clock_timestamp()])
  on conflict on constraint paces_pkey do update
    set recent = (p.recent || excluded.recent)[greatest(cardinality(p.recent) + 1 - next_pace.how_many, 1):]
  returning p.recent;
end;

comment on function next_pace(bigint, bigint, text, int) is
  'Notes that somebody writes or reacts now; returns the moments of so many times before, and this one last.';
