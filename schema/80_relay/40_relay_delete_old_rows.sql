create or replace function relay_delete_old_rows(keep interval, keep_events bigint, at_most int default 20000) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  deleted bigint;
begin
  if not pg_try_advisory_xact_lock(hashtext('roomtone delete old rows')) then
    return 0; -- another relay is doing it
  end if;
  with old as (
    select e.room_id, e.seq from events e where e.committed_at < clock_timestamp() - relay_delete_old_rows.keep
    order by e.committed_at limit relay_delete_old_rows.at_most
  ), tails as (
    select t.room_id, max(t.seq) as seq
    from (select o.room_id, o.seq from old o
          union all
          select l.room_id, least(l.head_seq - relay_delete_old_rows.keep_events, l.tail_seq + relay_delete_old_rows.at_most) from logs l
          where l.head_seq - relay_delete_old_rows.keep_events > l.tail_seq) t
    group by t.room_id
  ), moved as (
    update logs l set tail_seq = t.seq from tails t where l.room_id = t.room_id and t.seq > l.tail_seq
  )
  delete from events e using tails t where e.room_id = t.room_id and e.seq <= t.seq;
  get diagnostics deleted = row_count;
  -- The newest offer and answer decide who may offer next (tg_signals__guard), so they are kept as long as both sessions have
  -- seats. Other signals are needed only while a connection is set up.
  delete from signals s where s.id in (
    select o.id from signals o
    where o.created_at < clock_timestamp() - least(relay_delete_old_rows.keep, interval '5 minutes')
      and (o.kind not in ('offer', 'answer')
           or exists (select from signals n
                      where n.from_peer = o.from_peer and n.to_peer = o.to_peer and n.kind = o.kind and n.id > o.id)
           or not exists (select from participants p where p.peer_id = o.from_peer)
           or not exists (select from participants p where p.peer_id = o.to_peer))
    order by o.id limit relay_delete_old_rows.at_most);
  -- Many senders together may leave more for one session than a snapshot holds.
  delete from signals s where s.id in (
    select x.id
    from (select c.to_peer from signals c group by c.to_peer having sum(pg_column_size(c.body) + 512) > 1048576) crowded
      cross join lateral (select o.id from signals o where o.to_peer = crowded.to_peer except select kept_signals(crowded.to_peer)) x
    limit relay_delete_old_rows.at_most)
    and (s.kind not in ('offer', 'answer')
         or exists (select from signals n
                    where n.from_peer = s.from_peer and n.to_peer = s.to_peer and n.kind = s.kind and n.id > s.id));
  delete from used_peer_ids u where u.peer_id in (
    select x.peer_id from used_peer_ids x
    where x.used_at < clock_timestamp() - interval '1 day'
      and not exists (select from participants p where p.peer_id = x.peer_id)
    order by x.used_at limit relay_delete_old_rows.at_most);
  delete from speakers s where not exists (select from assignments a where a.room_id = s.room_id);
  delete from mix_receivers m where not exists (select from nodes n where n.id = m.node_id);
  delete from kept_roles k where k.expires_at < clock_timestamp();
  delete from visits v where v.left_at < clock_timestamp() - interval '30 days';
  delete from captions c where c.id in (
    select x.id from captions x where x.recording_id is null and x.started_at < clock_timestamp() - interval '2 hours 1 minute'
    order by x.started_at limit relay_delete_old_rows.at_most);
  delete from reactions r where r.created_at < clock_timestamp() - interval '1 minute';
  delete from paces p where p.settled_at < clock_timestamp() - interval '1 hour'; -- the longest slow mode
  delete from revoked_tokens r where r.expires_at < now() - interval '1 hour'; -- relays accept a token a little longer, because clocks differ
  delete from openid_sessions o where o.expires_at < now();
  delete from passkey_challenges c where c.expires_at < now();
  delete from push_subscriptions s where s.expires_at < now();
  delete from access_tokens a where a.expires_at < now();
  delete from recovery_links l where l.expires_at < now() - interval '30 days';
  delete from lab_lanes l where l.measured_at < now() - interval '1 hour';
  delete from deleted_recordings d where d.deleted_at < clock_timestamp() - interval '30 days';
  delete from logs l where not exists (select from rooms r where r.id = l.room_id)
    and not exists (select from events e where e.room_id = l.room_id);
  return deleted;
end
$$;

comment on function relay_delete_old_rows(interval, bigint, int) is
  'Deletes events older than `keep`, or of which a room has more than `keep_events` newer ones; signals that are no longer needed, or are more than kept_signals; revoked tokens and access tokens and browsers that are notified and sessions of issuers and challenges of passkeys that have expired; recovery links 30 days later; used peer_ids after a day; reactions after a minute; captions that no recording keeps after two hours; what a killed lab measured after an hour; roles that are no longer kept; visits and names of deleted recordings after 30 days. At most about `at_most` rows per call, and only one relay at a time does it. Returns how many events were deleted.';
