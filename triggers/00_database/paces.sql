-- Every table that users can write to has two limits: how many rows in which time (tg_pace), and how many rows at most (tg_limit).
-- A test checks this in the catalogue. Operators have no limits. The limits of signals are in schema/70_media/.

create or replace function tg_pace() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  rule constant text := tg_argv[0];
  max_rows constant int := tg_argv[1];
  within constant interval := tg_argv[2];
  kind constant text := coalesce(tg_argv[4], tg_table_name);
  place bigint := 0;
begin
  if acting_as_operator() then
    return coalesce(new, old);
  end if;
  if tg_argv[3] = 'in a room' then
    place := (to_jsonb(coalesce(new, old)) ->> 'room_id')::bigint;
  end if;
  if not spend_pace(place, coalesce(acting_user(), 0), kind, within / max_rows, within) then
    raise check_violation using
      message    = format('too many %s in a short time', kind),
      constraint = rule,
      hint       = format('Up to %s in %s. Wait a moment and try again.', max_rows, within);
  end if;
  return coalesce(new, old);
end
$$;

comment on function tg_pace() is 'Rate limit: refuses rows that a user writes, or deletes, too fast. Arguments: rule, maximum number of rows, in which time, ''in a room'' if counted per room, what is counted if not new rows.';

create or replace function tg_limit() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  rule constant text := tg_argv[0];
  max_rows constant int := tg_argv[1];
  existing int;
begin
  if acting_as_operator() then
    return new;
  end if;
  execute format('select count(*) from (select from %I t where t.%I = ($1).%I and %s limit %s) found',
                 tg_table_name, tg_argv[2], tg_argv[2], coalesce(tg_argv[3], 'true'), max_rows)
  using new into existing;
  if existing >= max_rows then
    raise check_violation using
      message    = format('there are %s %s already, which is the maximum', max_rows, tg_table_name),
      constraint = rule,
      hint       = 'Delete some that are no longer needed.';
  end if;
  return new;
end
$$;

comment on function tg_limit() is
  'Refuses rows beyond a maximum number. Arguments: rule, maximum, column (rows with the new row''s value in it are counted), optional condition for the counted rows.';
