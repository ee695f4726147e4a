create or replace function may_read_event(event events, joined_seq bigint, public_seq bigint, is_node boolean) returns boolean
language sql stable
return may_read_event.joined_seq is null or (
  event.taken_back_at is null
  and case
    when event.recipient is not null then event.seq >= may_read_event.joined_seq and (
      event.recipient = acting_user()
      or (may_read_event.is_node and event.table_name = 'participants'
          and event.recipient = (coalesce(event.record, event.old_record) ->> 'user_id')::bigint))
    else event.seq >= may_read_event.joined_seq
         or event.table_name = 'messages'
         or (event.table_name in ('participants', 'rooms') and event.seq >= may_read_event.public_seq)
  end);

comment on function may_read_event(events, bigint, bigint, boolean) is
  'Whether the acting user may read this event, given the result of log_reader(). Since their session joined: events for all participants, and those for this user; for a media node, every event of a seat. From before: messages, and changes of seats and of the room since public_seq. Never deleted messages.';
