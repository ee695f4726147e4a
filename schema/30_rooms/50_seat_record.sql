create or replace function seat_record(seat participants) returns jsonb
language sql stable
return jsonb_build_object(
  'room_id', seat.room_id, 'user_id', seat.user_id,
  'username', (select u.username from users u where u.id = seat.user_id),
  'kind', seat.kind, 'role', seat.role, 'peer_id', seat.peer_id, 'muted', seat.muted,
  'hand_raised_at', seat.hand_raised_at, 'invited_to_speak_at', seat.invited_to_speak_at,
  'asked_to_unmute_at', seat.asked_to_unmute_at, 'join_date', seat.join_date, 'seq', seat.seq, 'edge', seat.edge, 'offers', seat.offers, 'captioned_by', seat.captioned_by)
  || case when seat.signing_key is null then '{}' else jsonb_build_object('signing_key', seat.signing_key, 'agreement_key', seat.agreement_key) end;

comment on function seat_record(participants) is
  'A seat as it appears in the log and in snapshots: with the user''s name, without the columns for relays. Its keys only in an encrypted room.';
