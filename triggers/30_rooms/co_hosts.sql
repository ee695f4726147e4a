create or replace function tg_rooms__guard_co_hosts() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  added bigint[];
begin
  new.co_host_ids := array(select id from unnest(new.co_host_ids) with ordinality c (id, n)
                           where id is not null group by id order by min(n));
  added := array(select unnest(new.co_host_ids) except select unnest(case tg_op when 'UPDATE' then old.co_host_ids end));
  -- One refusal for all of these, so that it does not tell of a block.
  if exists (select from unnest(added) named
             where named = new.host_id
                or not exists (select from users u where u.id = named and u.kind = 'person' and u.disabled_at is null)
                or exists (select from bans b where b.room_id = new.id and b.user_id = named)
                or exists (select from blocks b where b.user_id = named and b.blocked_id in (new.host_id, acting_user()))) then
    raise check_violation using
      message    = 'this user cannot be a co-host of this room',
      constraint = 'rooms_co_hosts_can_be_named',
      hint       = 'Name another person.';
  end if;
  if cardinality(new.co_host_ids) > 10 then
    raise check_violation using
      message    = 'a room has at most 10 co-hosts',
      constraint = 'rooms_co_hosts_are_few',
      hint       = 'Take one away first: select remove_co_host(…).';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_co_hosts() is
  'Checks who becomes a co-host: people who are neither the host, nor disabled, nor banned from the room, nor have blocked the host. Lists each once.';

create or replace trigger _170_guard_co_hosts before insert or update of co_host_ids on rooms
for each row when (new.co_host_ids <> '{}') execute function tg_rooms__guard_co_hosts();
comment on trigger _170_guard_co_hosts on rooms is 'Checks who may be a co-host.';

create or replace function tg_rooms__apply_co_hosts() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update participants p set role = 'MODERATOR'
  where p.room_id = new.id and p.role = 'SPEAKER' and p.user_id = any (new.co_host_ids) and p.user_id <> all (old.co_host_ids);
  delete from co_host_notices n where n.room_id = new.id and n.user_id <> all (new.co_host_ids);
  insert into co_host_notices (room_id, user_id, named_by)
  select new.id, added, acting_user() from unnest(new.co_host_ids) added where added <> all (old.co_host_ids)
  on conflict do nothing;
  perform withdraw_invitations(new.id, former) from unnest(old.co_host_ids) former
  where former <> all (new.co_host_ids) and not exists (
    select from participants p where p.room_id = new.id and p.user_id = former and p.role in ('HOST', 'MODERATOR'));
  return null;
end
$$;

comment on function tg_rooms__apply_co_hosts() is 'Tells new co-hosts of it (co_host_notices), and makes those moderators who are on stage. In the audience they moderate, too, and come on stage as everybody does. Deletes the invitations of those who moderate no longer.';

create or replace trigger _345_apply_co_hosts after update of co_host_ids on rooms
for each row when (new.co_host_ids is distinct from old.co_host_ids) execute function tg_rooms__apply_co_hosts();
comment on trigger _345_apply_co_hosts on rooms is 'Makes new co-hosts moderators, and deletes the invitations of former ones.';
