create or replace function next_host(room_id bigint) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  wanted text;
  host_id bigint;
begin
  foreach wanted in array array['MODERATOR', 'SPEAKER'] loop
    -- A participant whose seat is locked may be leaving. Wait for that lock only if there is no other participant.
    select p.user_id into host_id from participants p
    where p.room_id = next_host.room_id and p.role = wanted and p.kind = 'person' and p.peer_id is not null
    order by p.join_date, p.seq limit 1 for no key update skip locked;
    if host_id is null then
      select p.user_id into host_id from participants p
      where p.room_id = next_host.room_id and p.role = wanted and p.kind = 'person' and p.peer_id is not null
      order by p.join_date, p.seq limit 1 for no key update;
    end if;
    exit when host_id is not null;
  end loop;
  return host_id;
end
$$;

comment on function next_host(bigint) is
  'Who becomes the host when the host has left: the moderator, or else the speaker, who joined the room first; null if there is none. Locks their seat.';
