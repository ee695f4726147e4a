drop function if exists relay_read(bigint[], bigint[], int); -- what it returns has grown

create function relay_read(rooms bigint[], afters bigint[], at_most int default 1000)
returns table (room_id bigint, epoch bigint, head_seq bigint, tail_seq bigint, seq bigint, table_name text, type text,
               recipient bigint, seat_user bigint, seat_peer uuid, event text, taken_back_seq bigint)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  return query
    select l.room_id, l.epoch, l.head_seq, l.tail_seq, e.seq, e.table_name, e.type,
           case when e.taken_back_at is null then e.recipient else 0 end, -- nobody's
           case e.table_name when 'participants' then (coalesce(e.record, e.old_record) ->> 'user_id')::bigint end,
           case e.table_name when 'participants' then (e.record ->> 'peer_id')::uuid end,
           event_json(e)::text,
           case when e.table_name = 'messages' and e.type = 'DELETE' then (
             select x.seq from events x
             where x.room_id = e.room_id and x.table_name = 'messages' and x.type = 'INSERT'
               and (x.record ->> 'id')::bigint = (e.old_record ->> 'id')::bigint) end
    from unnest(relay_read.rooms, relay_read.afters) as wanted (room_id, after)
    join logs l on l.room_id = wanted.room_id
    left join lateral (
      select * from events x where x.room_id = wanted.room_id and x.seq > wanted.after order by x.seq limit relay_read.at_most
    ) e on true
    order by l.room_id, e.seq;
end
$$;

comment on function relay_read(bigint[], bigint[], int) is
  'New events of the rooms a relay serves, in one go, each with its only recipient if it has one and, for a seat, whose it is and which session holds it now. What was taken back is for nobody (0); the event that says so names its seq.';
