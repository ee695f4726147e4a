create or replace function may_moderate(room_id bigint) returns boolean
language sql stable
return acting_as_operator() or moderates(may_moderate.room_id);

comment on function may_moderate(bigint) is 'Whether the acting user is the room''s host, a co-host or a moderator, or an operator acts.';
