create or replace function recent_captions(room_id bigint) returns jsonb
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select coalesce(jsonb_agg(caption_record(c) order by c.id), '[]')
  from (
    select x.* from captions x
    where x.room_id = recent_captions.room_id and x.hidden_at is null and x.started_at > clock_timestamp() - interval '2 minutes'
    order by x.id desc limit 20) c);

comment on function recent_captions(bigint) is
  'For those who join late: the last 20 captions of the last two minutes, as they appear in the log, of speakers who agree since then.';
