create or replace function may_read_event(event events, joined_seq bigint, public_seq bigint) returns boolean
language sql stable
return may_read_event.joined_seq is null or (
  event.taken_back_at is null
  and case
    when event.recipient is not null then event.recipient = acting_user() and event.seq > may_read_event.joined_seq
    else event.seq >= may_read_event.joined_seq
         or event.table_name = 'messages'
         or (event.table_name in ('participants', 'rooms') and event.seq >= may_read_event.public_seq)
  end);

comment on function may_read_event(events, bigint, bigint) is
  'Whether the acting user may read this event, given the result of log_reader(). Since their session joined: events for all participants, and those for this user. From before: messages, and changes of seats and of the room since public_seq. Never deleted messages.';
