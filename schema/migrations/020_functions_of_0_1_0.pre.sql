-- Relays, media nodes and bots of release 0.1.0 run beside this schema until the last of them has stopped, and so do their pages: the
-- functions that they call by an older name call the newer ones. 030_functions_of_0_1_0.post.sql drops them.

do $$
declare
  older record;
begin
  if to_regprocedure('roomtone.relay_follow(text, uuid[])') is null then
    return; -- no database of 0.1.0
  end if;
  for older in
    select * from (values
      ('relay_follow(node text, peers uuid[]) returns setof uuid', 'return query select roomtone.relay_serve_seats(node, peers);'),
      ('relay_unfollow(node text, peers uuid[], grace interval) returns setof uuid',
       'return query select roomtone.relay_release_seats(node, peers, grace);'),
      ('relay_goodbye(node text, grace interval) returns void', 'perform roomtone.relay_end_lease(node, grace);'),
      ('relay_lapse_orphans(dead_after interval, grace interval) returns void',
       'perform roomtone.relay_expire_orphaned_seats(dead_after, grace);'),
      ('relay_reap_one_room() returns bigint', 'return roomtone.relay_reap_seats(interval ''1 hour'');'),
      ('relay_tidy(keep interval, keep_events bigint, at_most int default 1000) returns bigint',
       'return roomtone.relay_delete_old_rows(keep, keep_events, at_most);'),
      ('relay_watch(out notify_queue float8, out written numeric) returns setof record',
       'return query select s.notify_queue, s.written from roomtone.relay_notification_status() s;'),
      ('relay_tend_recordings(keep interval, out recording bigint, out file text) returns setof record',
       'return query select m.recording, m.file from roomtone.relay_maintain_recordings(keep) m;'),
      ('relay_recording_measured(recording_id bigint, seconds float8, bytes bigint) returns void',
       'perform roomtone.relay_set_recording_size(recording_id, seconds, bytes);'),
      ('relay_recordings_gone(files text[]) returns setof text', 'return query select roomtone.relay_deleted_recordings(files);'),
      ('node_goodbye(node text) returns void', 'perform roomtone.node_end_lease(node);'),
      ('node_recording_moves(node text, recording_id bigint) returns boolean',
       'return roomtone.node_recording_continues(node, recording_id);'),
      ('found_club(name text, description text default null, topic text default null) returns roomtone.clubs',
       'return roomtone.create_club(name, description, topic);'),
      ('slow_mode(room_id bigint, seconds int) returns int', 'return roomtone.set_slow_mode(room_id, seconds);')
    ) as functions (head, body)
  loop
    execute format('drop function if exists roomtone.%s', split_part(older.head, '(', 1));
    execute format('create function roomtone.%s language plpgsql as %L',
                   older.head, 'begin ' || older.body || ' end');
  end loop;
end
$$;

-- Functions that only the schema itself called, or whose arguments or results have changed.
drop function if exists
  roomtone.append_event(bigint, text, text, jsonb, jsonb, bigint, text, boolean),
  roomtone.delete_recording(bigint),
  roomtone.event_words,
  roomtone.longest_serving,
  roomtone.named_parts,
  roomtone.part_recording,
  roomtone.recording_mark,
  roomtone.relay_read(bigint[], bigint[], int),
  roomtone.require_admission,
  roomtone.require_inviting,
  roomtone.require_occupant,
  roomtone.require_signal_bounds,
  roomtone.require_signal_pace,
  roomtone.require_welcome,
  roomtone.sign_in(text, text),
  roomtone.start_recording(bigint),
  roomtone.stop_recording(bigint);
