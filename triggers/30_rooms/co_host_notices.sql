create or replace trigger _050_set_synchronous_commit before insert or update or delete on co_host_notices for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on co_host_notices is 'Commits to this table wait for the disk.';

create or replace function tg_rooms__end_co_host_notices() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from co_host_notices n where n.room_id = new.id;
  return null;
end
$$;

comment on function tg_rooms__end_co_host_notices() is 'Nobody is told any more that they are a co-host of a room that has ended.';

create or replace trigger _375_end_co_host_notices after update of ended_at on rooms
for each row when (old.ended_at is null and new.ended_at is not null and new.co_host_ids <> '{}') execute function tg_rooms__end_co_host_notices();
comment on trigger _375_end_co_host_notices on rooms is 'Deletes what co-hosts have not seen of a room that has ended.';
