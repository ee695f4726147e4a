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
