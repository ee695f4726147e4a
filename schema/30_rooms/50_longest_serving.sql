create or replace function longest_serving(room_id bigint, role text) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  longest bigint;
begin
  -- A participant whose seat is locked may be leaving. Wait for that lock only if there is no other participant.
  select p.user_id into longest from participants p
  where p.room_id = longest_serving.room_id and p.role = longest_serving.role and p.kind = 'person' and p.peer_id is not null
  order by p.join_date, p.seq limit 1 for no key update skip locked;
  if longest is null then
    select p.user_id into longest from participants p
    where p.room_id = longest_serving.room_id and p.role = longest_serving.role and p.kind = 'person' and p.peer_id is not null
    order by p.join_date, p.seq limit 1 for no key update;
  end if;
  return longest;
end
$$;

comment on function longest_serving(bigint, text) is 'The id of the person with this role who joined the room first; null if there is none. Locks their seat.';
