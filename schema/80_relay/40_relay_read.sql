create or replace function relay_read(rooms bigint[], afters bigint[], at_most int default 1000)
returns table (room_id bigint, epoch bigint, head_seq bigint, tail_seq bigint, seq bigint, table_name text, type text,
               recipient bigint, seat_user bigint, seat_peer uuid, seat_reason text, event text, taken_back_seq bigint, age float8,
               here int, on_stage int, counts_seq bigint, counted boolean)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  return query
    select l.room_id, l.epoch, l.head_seq, l.tail_seq, e.seq, e.table_name, e.type,
           case when e.taken_back_at is null then e.recipient else 0 end, -- no user has the id 0
           case e.table_name when 'participants' then (coalesce(e.record, e.old_record) ->> 'user_id')::bigint end,
           case e.table_name when 'participants' then (e.record ->> 'peer_id')::uuid end,
           case when e.table_name = 'participants' and e.type = 'DELETE' then
             seat_loss_reason(e.room_id, (e.old_record ->> 'user_id')::bigint, e.reason) end,
           event_json(e)::text,
           case when e.table_name = 'messages' and e.type = 'DELETE' then (
             select x.seq from events x
             where x.room_id = e.room_id and x.table_name = 'messages' and x.type = 'INSERT'
               and (x.record ->> 'id')::bigint = (e.old_record ->> 'id')::bigint)
             when e.table_name = 'captions' and e.type = 'DELETE' then (e.old_record ->> 'taken_back_seq')::bigint end,
           extract(epoch from clock_timestamp() - e.committed_at)::float8,
           l.here, l.on_stage, l.counts_seq, l.counted
    from unnest(relay_read.rooms, relay_read.afters) as wanted (room_id, after)
    join logs l on l.room_id = wanted.room_id
    left join lateral (
      select * from events x where x.room_id = wanted.room_id and x.seq > wanted.after order by x.seq limit relay_read.at_most
    ) e on true
    order by l.room_id, e.seq;
end
$$;

comment on function relay_read(bigint[], bigint[], int) is
  'The events after these positions in the logs of these rooms, in one query. recipient: the only user who may receive the event, 0 if no user may. seat_user, seat_peer: for a change of a seat, its user and current session. seat_reason: for a lost seat, the reason as its user is told. taken_back_seq: for the deletion of a message or caption, the seq of the event with its words (of a caption with several events, one deletion for each). age: seconds since the event was committed. here, on_stage and counts_seq are the counters of `logs` at head_seq; counted: the roster is.';
