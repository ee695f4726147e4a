create or replace function seat_loss_reason(room_id bigint, user_id bigint, reason text) returns text
language sql stable set search_path = roomtone, pg_temp
return case when seat_loss_reason.reason = 'removed'
              and exists (select from bans b where b.room_id = seat_loss_reason.room_id and b.user_id = seat_loss_reason.user_id)
            then 'banned' else coalesce(seat_loss_reason.reason, 'left') end;

comment on function seat_loss_reason(bigint, bigint, text) is
  'Why this user lost the seat, as they alone are told, by the reason in the log. All others read there that they were removed: only those who moderate the room learn of a ban.';
