create or replace function relay_notification_status() returns table (notify_queue double precision, written numeric)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select pg_notification_queue_usage(), (select coalesce(sum(l.head_seq), 0) from logs l);
end;

comment on function relay_notification_status() is
  'How full the NOTIFY queue is (0 to 1; full, no transaction can ring), and how many events there ever were: a number that moves while no bell is heard means a deaf listener.';
