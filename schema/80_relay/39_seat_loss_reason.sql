create or replace function seat_loss_reason(room_id bigint, user_id bigint, reason text) returns text
language sql stable set search_path = roomtone, pg_temp
return case when seat_loss_reason.reason = 'removed'
              and exists (select from bans b where b.room_id = seat_loss_reason.room_id and b.user_id = seat_loss_reason.user_id)
            then 'banned' else coalesce(seat_loss_reason.reason, 'left') end;

comment on function seat_loss_reason(bigint, bigint, text) is
  'The reason of a lost seat that its user receives. For a ban the log has the reason removed, which everybody reads; the banned user alone receives banned.';
