create or replace function lock_pair(one bigint, other bigint) returns void
language sql
return pg_advisory_xact_lock(hashtextextended('roomtone follows ' || least(one, other) || ' ' || greatest(one, other), 0));

comment on function lock_pair(bigint, bigint) is
  'Waits until no other transaction follows or blocks between these two users. So a block that is committed at the same moment ends a follow, or prevents it.';
