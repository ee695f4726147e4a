create or replace function next_weekly(repeats_from timestamp, time_zone text, after timestamptz) returns timestamptz
language sql stable parallel safe set search_path = roomtone, pg_temp
return (
  select min(moment) from (
    select (repeats_from + n * interval '7 days') at time zone time_zone as moment
    from generate_series(0, 2) step,
         lateral (select step + greatest(floor(extract(epoch from (after at time zone time_zone) - repeats_from) / 604800), 0) as n) weeks) moments
  where moment > after);

comment on function next_weekly(timestamp, text, timestamptz) is
  'The first moment after `after` that is whole weeks after repeats_from by the clocks of the time zone: 18:00 stays 18:00 when clocks change. A time that a change of clocks leaves out is an hour later on that day alone: select next_weekly(''2026-10-20 18:00'', ''Europe/Berlin'', now());';
