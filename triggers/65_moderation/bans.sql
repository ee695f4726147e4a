create or replace function tg_bans__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if not may_moderate(new.room_id) then
    raise insufficient_privilege using
      message    = 'only the host and moderators ban users from a room',
      constraint = 'bans_are_for_moderators',
      hint       = 'Ask the host or a moderator.';
  end if;
  if exists (select from rooms r where r.id = new.room_id and r.host_id = new.user_id) then
    raise check_violation using
      message    = 'the host cannot be banned from the room',
      constraint = 'bans_host_is_never_banned',
      hint       = 'The host may hand the room over, or end it.';
  end if;
  if exists (select from rooms r where r.id = new.room_id and new.user_id = any (r.co_host_ids)) then
    raise check_violation using
      message    = 'a co-host cannot be banned from the room',
      constraint = 'bans_co_hosts_are_never_banned',
      hint       = 'The host can take the co-host away first: select remove_co_host(…).';
  end if;
  new.banned_by := acting_user();
  return new;
end
$$;

comment on function tg_bans__guard() is 'Checks that the host or a moderator bans, and that neither the host nor a co-host is banned.';

create or replace trigger _100_guard before insert on bans
for each row execute function tg_bans__guard();
comment on trigger _100_guard on bans is 'Checks who may ban whom.';

create or replace function tg_bans__remove() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- With the lock on the log: a user who joined before is removed here; one who joins later is refused.
  -- The seat is locked before the log, in the same order as in other transactions, which change a seat and lock the log at commit.
  perform from participants p where p.room_id = new.room_id and p.user_id = new.user_id for update;
  perform open_logs(array[new.room_id]);
  perform from logs l where l.room_id = new.room_id for update;
  delete from participants p where p.room_id = new.room_id and p.user_id = new.user_id;
  delete from kept_roles k where k.room_id = new.room_id and k.user_id = new.user_id;
  return null;
end
$$;

comment on function tg_bans__remove() is 'Removes the banned user from the room, with the reason removed (the banned user alone receives the reason banned), and the role that was kept for them.';

drop trigger if exists _600_remove on bans;
create constraint trigger _600_remove after insert on bans
deferrable initially deferred for each row execute function tg_bans__remove();
comment on trigger _600_remove on bans is 'At commit, deletes the seat of the banned user.';
