-- A room's host is rooms.host_id; the seat called HOST follows it, here.

create or replace function tg_rooms__guard_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  heir users;
begin
  select * into heir from users u where u.id = new.host_id;
  if heir.kind <> 'person' then
    raise check_violation using
      message    = format('%s is not a person, and a room''s host is one', heir.username),
      constraint = 'rooms_host_is_a_person';
  end if;
  if not acting_as_operator() then
    perform from participants p
    where p.room_id = new.id and p.user_id = new.host_id and p.peer_id is not null for no key update;
    if not found then
      raise no_data_found using
        message    = format('%s is not in room %s', heir.username, new.id),
        constraint = 'participants_person_is_here',
        hint       = 'They may just have left. A room is handed to somebody who sits in it.';
    end if;
    if exists (select from participants p where p.room_id = new.id and p.user_id = new.host_id and p.role = 'AUDIENCE') then
      raise check_violation using
        message    = format('%s is in the audience, and nobody comes on stage without their consent', heir.username),
        constraint = 'rooms_host_is_on_stage',
        hint       = 'Invite them to speak first: select invite_to_speak(…). Once they have accepted, hand the room over.';
    end if;
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_host() is 'A room is handed to a person who is on its stage; the operator may name anybody.';

create or replace trigger _100_guard_host before update of host_id on rooms
for each row when (new.host_id is distinct from old.host_id) execute function tg_rooms__guard_host();
comment on trigger _100_guard_host on rooms is 'Decides to whom a room may be handed.';

create or replace function tg_rooms__seat_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Whose room it was may come back to it, above all if only their line was lost.
  insert into guests (room_id, user_id) select new.id, old.host_id where new.access <> 'open'
  on conflict do nothing;
  update participants p set role = 'MODERATOR'
  where p.room_id = new.id and p.user_id <> new.host_id and p.role = 'HOST' and p.peer_id is not null;
  delete from participants p where p.room_id = new.id and p.user_id <> new.host_id and p.role = 'HOST';
  update participants p set role = 'HOST' where p.room_id = new.id and p.user_id = new.host_id;
  return null;
end
$$;

comment on function tg_rooms__seat_host() is
  'The new host''s seat becomes the HOST''s; the old host stays as a moderator, or if away gives up the empty seat, and remains welcome.';

create or replace trigger _300_seat_host after update of host_id on rooms
for each row when (new.host_id is distinct from old.host_id) execute function tg_rooms__seat_host();
comment on trigger _300_seat_host on rooms is 'The HOST''s seat follows the room''s host.';

create or replace function longest_serving(room_id bigint, role text) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  heir bigint;
begin
  -- Somebody whose seat is being changed may be leaving; they are asked to wait for only if there is nobody else.
  select p.user_id into heir from participants p
  where p.room_id = longest_serving.room_id and p.role = longest_serving.role and p.kind = 'person' and p.peer_id is not null
  order by p.join_date, p.seq limit 1 for no key update skip locked;
  if heir is null then
    select p.user_id into heir from participants p
    where p.room_id = longest_serving.room_id and p.role = longest_serving.role and p.kind = 'person' and p.peer_id is not null
    order by p.join_date, p.seq limit 1 for no key update;
  end if;
  return heir;
end
$$;

comment on function longest_serving(bigint, text) is 'Who of this role has been in the room longest; null if nobody. Locks their seat.';

create or replace function tg_participants__miss_host() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  room rooms;
  heir bigint;
begin
  select * into room from rooms r where r.id = new.room_id;
  -- Nothing is locked where nothing will change: whoever ends the room has it, and waits for this seat.
  if room.ended_at is not null or room.host_id <> new.user_id or room.host_gone = 'wait' or room.opened_at is null
     or exists (select from participants p where p.room_id = room.id and p.user_id = room.host_id and p.peer_id is not null) then
    return null;
  end if;
  if room.host_gone = 'end' then
    update rooms r set ended_at = now(), ended_reason = 'the host left'
    where r.id = room.id and r.host_id = new.user_id and r.ended_at is null;
  else
    heir := coalesce(longest_serving(room.id, 'MODERATOR'), longest_serving(room.id, 'SPEAKER'));
    update rooms r set host_id = heir
    where r.id = room.id and r.host_id = new.user_id and r.ended_at is null and heir is not null;
  end if;
  return null;
end
$$;

comment on function tg_participants__miss_host() is
  'The host has left, or is lost: by the room''s policy it waits, goes to the longest-serving moderator or else speaker, or ends.';

drop trigger if exists _600_miss_host on participants;
create constraint trigger _600_miss_host after update of peer_id on participants
deferrable initially deferred for each row when (old.peer_id is not null and new.peer_id is null)
execute function tg_participants__miss_host();
comment on trigger _600_miss_host on participants is 'At commit, after the host''s going was logged, the room''s policy for it applies.';
