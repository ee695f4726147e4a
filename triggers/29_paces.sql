-- Every table that a user can write into has a pace, so many rows in a time, and a bound, so many rows there at once: a test asks
-- the catalogue for these triggers. The operator has neither. Signals have theirs in 30_signals.sql.

create or replace function tg_pace() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  rule constant text := tg_argv[0];
  how_many constant int := tg_argv[1];
  within constant interval := tg_argv[2];
  place bigint := 0;
begin
  if acting_as_operator() then
    return new;
  end if;
  if tg_argv[3] = 'in a room' then
    place := (to_jsonb(new) ->> 'room_id')::bigint;
  end if;
  if not spend_pace(place, coalesce(acting_user(), 0), tg_table_name, within / how_many, within) then
    raise check_violation using
      message    = format('too many %s in a short time', tg_table_name),
      constraint = rule,
      hint       = format('Up to %s in %s. Wait a moment and try again.', how_many, within);
  end if;
  return new;
end
$$;

comment on function tg_pace() is 'Refuses rows that come too fast: tg_pace(rule, how many, within which time, ''in a room'' if each room has a pace of its own).';

create or replace function tg_limit() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  rule constant text := tg_argv[0];
  most constant int := tg_argv[1];
  there int;
begin
  if acting_as_operator() then
    return new;
  end if;
  execute format('select count(*) from (select from %I t where t.%I = ($1).%I and %s limit %s) found',
                 tg_table_name, tg_argv[2], tg_argv[2], coalesce(tg_argv[3], 'true'), most)
  using new into there;
  if there >= most then
    raise check_violation using
      message    = format('there are %s %s already, and there may be no more', most, tg_table_name),
      constraint = rule,
      hint       = 'Remove some that are not needed any more.';
  end if;
  return new;
end
$$;

comment on function tg_limit() is
  'Refuses rows beyond a number: tg_limit(rule, most, column whose value the new row shares with those counted, which of them count).';

create or replace trigger _100_pace before insert on clubs
for each row execute function tg_pace('clubs_come_slowly', '20', '1 day');
comment on trigger _100_pace on clubs is '20 of one user in 1 day.';
create or replace trigger _100_limit before insert on clubs
for each row execute function tg_limit('clubs_are_bounded', '100', 'owner_id');
comment on trigger _100_limit on clubs is '100 clubs that one user founded at once.';
create or replace trigger _100_pace before insert on followers
for each row execute function tg_pace('followers_come_slowly', '200', '10 minutes');
comment on trigger _100_pace on followers is '200 of one user in 10 minutes.';
create or replace trigger _100_limit before insert on followers
for each row execute function tg_limit('followers_are_bounded', '2000', 'user_id');
comment on trigger _100_limit on followers is '2000 clubs that one user follows at once.';
create or replace trigger _100_pace before insert on members
for each row execute function tg_pace('members_come_slowly', '300', '1 hour');
comment on trigger _100_pace on members is '300 of one user in 1 hour.';
create or replace trigger _100_limit before insert on members
for each row execute function tg_limit('members_are_bounded', '20000', 'club_id');
comment on trigger _100_limit on members is '20000 members of one club at once.';
create or replace trigger _100_pace before insert on rooms
for each row execute function tg_pace('rooms_come_slowly', '20', '1 hour');
comment on trigger _100_pace on rooms is '20 of one user in 1 hour.';
create or replace trigger _100_limit before insert on rooms
for each row execute function tg_limit('rooms_are_bounded', '20', 'host_id', 't.ended_at is null');
comment on trigger _100_limit on rooms is '20 open and scheduled rooms of one host at once.';
create or replace trigger _100_pace before insert on participants
for each row when (new.kind not in ('sfu', 'mcu')) execute function tg_pace('participants_come_slowly', '200', '1 minute');
comment on trigger _100_pace on participants is '200 of one user in 1 minute.';
create or replace trigger _100_limit before insert on participants
for each row when (new.kind not in ('sfu', 'mcu')) execute function tg_limit('participants_are_bounded', '20', 'user_id', 't.peer_id is not null and t.room_id <> ($1).room_id');
comment on trigger _100_limit on participants is '20 seats of one user at once.';
create or replace trigger _100_pace before insert on bans
for each row execute function tg_pace('bans_come_slowly', '100', '10 minutes');
comment on trigger _100_pace on bans is '100 of one user in 10 minutes.';
create or replace trigger _100_limit before insert on bans
for each row execute function tg_limit('bans_are_bounded', '5000', 'room_id');
comment on trigger _100_limit on bans is '5000 bans from one room at once.';
create or replace trigger _100_pace before insert on messages
for each row execute function tg_pace('messages_come_slowly', '5', '5 seconds', 'in a room');
comment on trigger _100_pace on messages is '5 of one user in 5 seconds, in each room.';
create or replace trigger _100_limit before insert on messages
for each row execute function tg_limit('messages_are_bounded', '10000', 'user_id');
comment on trigger _100_limit on messages is '10000 messages of one user at once.';
create or replace trigger _100_pace before insert on reactions
for each row execute function tg_pace('reactions_come_slowly', '8', '4 seconds', 'in a room');
comment on trigger _100_pace on reactions is '8 of one user in 4 seconds, in each room.';
create or replace trigger _100_pace before insert on blocks
for each row execute function tg_pace('blocks_come_slowly', '100', '10 minutes');
comment on trigger _100_pace on blocks is '100 of one user in 10 minutes.';
create or replace trigger _100_limit before insert on blocks
for each row execute function tg_limit('blocks_are_bounded', '2000', 'user_id');
comment on trigger _100_limit on blocks is '2000 blocks of one user at once.';
create or replace trigger _100_pace before insert on reports
for each row execute function tg_pace('reports_are_few', '5', '1 hour');
comment on trigger _100_pace on reports is '5 of one user in 1 hour.';
create or replace trigger _100_limit before insert on reports
for each row execute function tg_limit('reports_are_bounded', '200', 'reporter', 't.resolved_at is null');
comment on trigger _100_limit on reports is '200 reports of one user that nobody has dealt with at once.';
create or replace trigger _100_pace before insert on reminders
for each row execute function tg_pace('reminders_come_slowly', '60', '10 minutes');
comment on trigger _100_pace on reminders is '60 of one user in 10 minutes.';
create or replace trigger _100_limit before insert on reminders
for each row execute function tg_limit('reminders_are_bounded', '200', 'user_id');
comment on trigger _100_limit on reminders is '200 reminders of one user at once.';
create or replace trigger _100_pace before insert on invitations
for each row execute function tg_pace('invitations_come_slowly', '60', '1 hour');
comment on trigger _100_pace on invitations is '60 of one user in 1 hour.';
create or replace trigger _100_limit before insert on invitations
for each row execute function tg_limit('invitations_are_bounded', '500', 'invited_by', 't.expires_at > clock_timestamp()');
comment on trigger _100_limit on invitations is '500 invitations of one user that have not expired at once.';
create or replace trigger _100_pace before insert on acceptances
for each row execute function tg_pace('acceptances_come_slowly', '60', '1 hour');
comment on trigger _100_pace on acceptances is '60 of one user in 1 hour.';
create or replace trigger _100_limit before insert on acceptances
for each row execute function tg_limit('acceptances_are_bounded', '5000', 'user_id');
comment on trigger _100_limit on acceptances is '5000 invitations that one user has accepted at once.';
create or replace trigger _100_pace before insert on recordings
for each row execute function tg_pace('recordings_come_slowly', '20', '1 hour');
comment on trigger _100_pace on recordings is '20 of one user in 1 hour.';
create or replace trigger _100_limit before insert on recordings
for each row execute function tg_limit('recordings_are_bounded', '500', 'started_by', 't.deleted_at is null');
comment on trigger _100_limit on recordings is '500 recordings of one user at once.';

create or replace trigger _100_pace_again before update of peer_id on participants
for each row when (new.kind not in ('sfu', 'mcu') and new.peer_id is not null and new.peer_id is distinct from old.peer_id)
execute function tg_pace('participants_come_slowly', '200', '1 minute');
comment on trigger _100_pace_again on participants is 'Taking a seat anew counts like taking it.';
