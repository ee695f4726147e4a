create or replace function spend_pace(room_id bigint, user_id bigint, kind text, cost interval, within interval) returns boolean
language plpgsql as $$
declare
  asked_at constant timestamptz := clock_timestamp();
  settled timestamptz;
begin
  -- The lock on the row makes concurrent requests of one user wait for each other, and delays no other user.
  update roomtone.paces p set settled_at = greatest(p.settled_at, asked_at) + spend_pace.cost, last_at = asked_at
  where p.room_id = spend_pace.room_id and p.user_id = spend_pace.user_id and p.kind = spend_pace.kind
  returning p.settled_at into settled;
  if not found then
    insert into roomtone.paces as p (room_id, user_id, kind, settled_at, last_at)
    values (spend_pace.room_id, spend_pace.user_id, spend_pace.kind, asked_at + spend_pace.cost, asked_at)
    on conflict on constraint paces_pkey do update
      set settled_at = greatest(p.settled_at, asked_at) + spend_pace.cost, last_at = asked_at
    returning p.settled_at into settled;
  end if;
  return settled <= asked_at + spend_pace.within;
end
$$;

comment on function spend_pace(bigint, bigint, text, interval, interval) is
  'Counts a row that a user writes now, at this cost in time; false if the costs not yet passed are more than `within`. So within / cost rows are allowed at once, and then one more each time the cost has passed.';
