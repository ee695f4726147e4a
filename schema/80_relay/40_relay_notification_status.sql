create or replace function relay_notification_status() returns table (notify_queue double precision, written numeric)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select pg_notification_queue_usage(), (select coalesce(sum(l.head_seq), 0) from logs l);
end;

comment on function relay_notification_status() is
  'notify_queue: how full the queue of NOTIFY is, 0 to 1 (at 1 no transaction can notify). written: how many events were ever written; if it grows while a relay receives no notification, the relay''s LISTEN connection is broken.';
