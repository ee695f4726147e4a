create or replace function leave_and_hand_over(room_id bigint, username text, peer_id uuid default null) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  if leave_and_hand_over.peer_id is not null and not exists (
       select from participants p
       where p.room_id = leave_and_hand_over.room_id and p.user_id = acting_user() and p.peer_id = leave_and_hand_over.peer_id) then
    return false; -- from an old tab
  end if;
  perform hand_over(leave_and_hand_over.room_id, leave_and_hand_over.username);
  return leave_room(leave_and_hand_over.room_id, leave_and_hand_over.peer_id);
end
$$;

comment on function leave_and_hand_over(bigint, text, uuid) is
  'The host: make another participant on stage the host, and leave, in one step: select leave_and_hand_over(1, ''anna''); With a peer_id, only if your seat still has it.';
