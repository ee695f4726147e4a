-- As tg_limit, which makes its query anew for each row.
create or replace function tg_participants__limit() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  seats int;
begin
  select count(*) into seats from participants p where p.user_id = new.user_id and p.peer_id is not null and p.room_id <> new.room_id;
  if seats >= 20 and not acting_as_operator() then
    raise check_violation using
      message    = 'you are in 20 rooms already, which is the maximum',
      constraint = 'participants_are_limited_in_number',
      hint       = 'Leave a room first.';
  end if;
  return new;
end
$$;

comment on function tg_participants__limit() is 'Refuses the 21st seat of a user.';

create or replace trigger _160_limit before insert on participants
for each row when (new.kind in ('person', 'bot')) execute function tg_participants__limit();
comment on trigger _160_limit on participants is 'At most 20 seats per user.';
