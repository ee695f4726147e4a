-- Nothing is sent for a user whom nobody follows, and nothing about a room for invited users: every database user can LISTEN.

create or replace function tg_notify_followers() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  seat constant participants := case tg_op when 'DELETE' then old else new end;
begin
  if exists (select from follows f where f.followed_id = seat.user_id)
     and exists (select from rooms r where r.id = seat.room_id and r.access <> 'invited') then
    perform pg_notify('roomtone', json_build_object('person', seat.user_id)::text);
  end if;
  return null;
end
$$;

comment on function tg_notify_followers() is 'NOTIFY roomtone with {"person": id}: this user, whom others follow, has come into a room that everybody may see, or has left it.';

create or replace trigger _420_notify_followers after insert or delete on participants
for each row execute function tg_notify_followers();
comment on trigger _420_notify_followers on participants is 'Notifies relays that a followed user has come or gone.';

create or replace trigger _425_notify_followers_of_host after update of peer_id on participants
for each row when ((old.peer_id is null) <> (new.peer_id is null)) execute function tg_notify_followers();
comment on trigger _425_notify_followers_of_host on participants is 'Notifies relays that a followed host has left the room, whose seat stays, or is back.';

create or replace function tg_rooms__notify_followers() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform pg_notify('roomtone', json_build_object('person', p.user_id)::text)
  from participants p
  where p.room_id = new.id and p.peer_id is not null and exists (select from follows f where f.followed_id = p.user_id);
  return null;
end
$$;

comment on function tg_rooms__notify_followers() is 'NOTIFY roomtone with {"person": id} for each followed user in a room that everybody may see from now on, or no longer.';

create or replace trigger _420_notify_followers after update of access on rooms
for each row when ((old.access = 'invited') <> (new.access = 'invited')) execute function tg_rooms__notify_followers();
comment on trigger _420_notify_followers on rooms is 'Notifies relays that followed users are in a room that others may see, or no longer.';
