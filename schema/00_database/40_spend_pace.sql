create or replace function spend_pace(room_id bigint, user_id bigint, kind text, cost interval, within interval) returns boolean
language plpgsql as $$
declare
  asked_at constant timestamptz := clock_timestamp();
  settled timestamptz;
begin
  -- The row's lock counts two requests at once one after the other, and holds up nobody but their user.
  update paces p set settled_at = greatest(p.settled_at, asked_at) + spend_pace.cost, last_at = asked_at
  where p.room_id = spend_pace.room_id and p.user_id = spend_pace.user_id and p.kind = spend_pace.kind
  returning p.settled_at into settled;
  if not found then
    insert into paces as p (room_id, user_id, kind, settled_at, last_at)
    values (spend_pace.room_id, spend_pace.user_id, spend_pace.kind, asked_at + spend_pace.cost, asked_at)
    on conflict on constraint paces_pkey do update
      set settled_at = greatest(p.settled_at, asked_at) + spend_pace.cost, last_at = asked_at
    returning p.settled_at into settled;
  end if;
  return settled <= asked_at + spend_pace.within;
end
$$;

comment on function spend_pace(bigint, bigint, text, interval, interval) is
  'Notes that a user writes now, which costs them this time; false if all that they have written takes longer than the given time. So many at once as fit into it, and then one for each time its cost has passed.';
