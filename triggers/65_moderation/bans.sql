create or replace function tg_bans__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if not acting_as_operator() and not moderates(new.room_id) then
    raise insufficient_privilege using
      message    = 'only its host and moderators ban somebody from a room',
      constraint = 'bans_are_for_moderators';
  end if;
  if exists (select from rooms r where r.id = new.room_id and r.host_id = new.user_id) then
    raise check_violation using
      message    = 'nobody bans the host from their own room',
      constraint = 'bans_never_the_host';
  end if;
  new.banned_by := acting_user();
  return new;
end
$$;

comment on function tg_bans__guard() is 'Host and moderators ban, and never the host.';

create or replace trigger _100_guard before insert on bans
for each row execute function tg_bans__guard();
comment on trigger _100_guard on bans is 'Decides who may ban whom.';

create or replace function tg_bans__remove() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Under the log's lock: whoever joined before is shown out here, whoever joins later will see the ban.
  -- The seat before the log, as everybody else: they change a seat and take the log at commit.
  perform from participants p where p.room_id = new.room_id and p.user_id = new.user_id for update;
  perform open_logs(array[new.room_id]);
  perform from logs l where l.room_id = new.room_id for update;
  delete from participants p where p.room_id = new.room_id and p.user_id = new.user_id;
  return null;
end
$$;

comment on function tg_bans__remove() is 'Whoever is banned loses the seat, with the reason removed.';

drop trigger if exists _300_remove on bans;
create constraint trigger _300_remove after insert on bans
deferrable initially deferred for each row execute function tg_bans__remove();
comment on trigger _300_remove on bans is 'At commit, the seat is given up.';
