create or replace function audience_record(room_id bigint, here int, on_stage int) returns jsonb
language sql immutable
return jsonb_build_object('room_id', audience_record.room_id, 'here', audience_record.here, 'on_stage', audience_record.on_stage,
                          'audience', audience_record.here - audience_record.on_stage);

comment on function audience_record(bigint, int, int) is 'How many are in a room, on its stage and in its audience: {room_id, here, on_stage, audience}.';
