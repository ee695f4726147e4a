create or replace function relay_goodbye(node text, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from nodes where id = relay_goodbye.node;
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.followed_by = relay_goodbye.node and p.lapses_at is null for no key update skip locked
  )
  update participants p set lapses_at = clock_timestamp() + relay_goodbye.grace
  from free f where p.room_id = f.room_id and p.user_id = f.user_id;
end;

comment on function relay_goodbye(text, interval) is
  'A relay stops: its seats have the grace to find another. A locked one is left to relay_lapse_orphans.';
