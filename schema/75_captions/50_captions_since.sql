create or replace function captions_since(room_id bigint) returns timestamptz
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select p.join_date - interval '2 minutes' from participants p
  where p.room_id = captions_since.room_id and p.user_id = acting_user() and p.peer_id is not null);

comment on function captions_since(bigint) is
  'From when on the acting user may read the room''s captions: two minutes before their session joined. Null without a seat.';
