-- Triggers on rooms: who may be heard without a seat. Only the host changes rooms.broadcast (tg_rooms__guard).

create or replace function tg_rooms__guard_broadcast() returns trigger
language plpgsql as $$
begin
  if new.broadcast and (new.access <> 'open' or new.locked) then
    raise check_violation using
      message    = 'only an open room that is not locked can be heard without a seat',
      constraint = 'rooms_broadcast_is_for_everybody',
      hint       = 'Let everybody enter, and unlock the room, before you let everybody listen.';
  end if;
  if new.broadcast and new.encrypted then
    raise check_violation using
      message    = 'an encrypted room cannot be heard without a seat: who has none has no keys',
      constraint = 'rooms_encrypted_ones_are_not_mixed',
      hint       = 'Start a room without encryption, and let everybody listen to that.';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_broadcast() is 'Explains that only a room that everybody may enter, and that is not encrypted, can be heard without a seat. The constraints check the same rules.';

create or replace trigger _160_guard_broadcast before insert or update of broadcast on rooms
for each row execute function tg_rooms__guard_broadcast();
comment on trigger _160_guard_broadcast on rooms is 'Refuses to let anybody listen to a room that not everybody may enter.';

create or replace function tg_rooms__end_broadcast() returns trigger
language plpgsql as $$
begin
  new.broadcast := false;
  return new;
end
$$;

comment on function tg_rooms__end_broadcast() is 'Nobody listens without a seat any more when the room is locked, ends or is no longer open to everybody. Unlocking it does not let them again.';

create or replace trigger _300_end_broadcast before update of access, locked, ended_at on rooms
for each row when (old.broadcast and new.broadcast and (new.access <> 'open' or new.locked or new.ended_at is not null))
execute function tg_rooms__end_broadcast();
comment on trigger _300_end_broadcast on rooms is 'Switches broadcast off with a lock, a narrower access or the end.';
