create or replace function seat_is_quiet(seat jsonb) returns boolean
language sql immutable
return coalesce(seat ->> 'role' = 'AUDIENCE' and seat ->> 'hand_raised_at' is null and seat ->> 'invited_to_speak_at' is null, false);

comment on function seat_is_quiet(jsonb) is
  'Whether a seat, as the log has it, is in the audience and neither raises a hand nor is invited to speak: while the roster is counted, others know only that it is one of many.';
