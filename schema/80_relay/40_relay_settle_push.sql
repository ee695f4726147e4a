create or replace function relay_settle_push(occasion_id bigint, subscription_id bigint, outcome text, again_after interval default null) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  most_attempts constant int := 6;
begin
  if outcome = 'gone' then
    delete from push_subscriptions s where s.id = relay_settle_push.subscription_id;
  elsif outcome = 'failed' then
    -- After 5 20 80 320 1280 seconds, each times 0.75 to 1.25, or when the push service says.
    update pushes p
    set due_at = clock_timestamp() + greatest(interval '5 seconds' * 4 ^ (p.attempts - 1) * (0.75 + random() / 2),
                                              least(coalesce(relay_settle_push.again_after, interval '0'), interval '1 hour'))
    where (p.occasion_id, p.subscription_id) = (relay_settle_push.occasion_id, relay_settle_push.subscription_id)
      and p.attempts < most_attempts;
    delete from pushes p
    where (p.occasion_id, p.subscription_id) = (relay_settle_push.occasion_id, relay_settle_push.subscription_id)
      and p.attempts >= most_attempts;
  else
    delete from pushes p
    where (p.occasion_id, p.subscription_id) = (relay_settle_push.occasion_id, relay_settle_push.subscription_id);
  end if;
end
$$;

comment on function relay_settle_push(bigint, bigint, text, interval) is
  'What became of a notification: sent, refused (the push service does not want this message), gone (the subscription is no more, and is deleted), or failed: then it is sent again, six times in all, not before again_after.';
