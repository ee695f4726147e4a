-- All rights of the three roles: what each role may do. 20_policies.sql says on which rows.
-- All rights are revoked first, so that only the grants in this file remain.

revoke all on all tables in schema roomtone from public, roomtone_anon, roomtone_person, roomtone_relay;
revoke all on all sequences in schema roomtone from public, roomtone_anon, roomtone_person, roomtone_relay;
revoke all on all functions in schema roomtone from public, roomtone_anon, roomtone_person, roomtone_relay;
revoke create on schema roomtone from public;
grant usage on schema roomtone to roomtone_anon, roomtone_person, roomtone_relay;

-- Everybody, also anonymous users, may read these.
grant select on topics, clubs, followers, members, club_directory, club_roster, rooms, hallway, roster, visits, calendar, lab_lanes, lab_progress to roomtone_anon, roomtone_person;
-- All columns but those about signing in: issuer, subject, disabled_at.
grant select (id, username, kind, bio, created_at, site_moderator) on users to roomtone_anon, roomtone_person;
-- All columns but those for relays: served_by and expires_at.
grant select (room_id, user_id, peer_id, kind, role, muted, join_date, hand_raised_at, invited_to_speak_at, asked_to_unmute_at, seq, edge, captioned_by, signing_key, agreement_key) on participants
  to roomtone_anon, roomtone_person;
grant execute on function name_fault(text), name_key(text), name_skeleton(text), unicode_kind(text), unicode_prototypes(), has_hidden_controls(text), folded(text), search_words(text), search_vector(text), search_query(text), search(text, text[], int)
  to roomtone_anon, roomtone_person;
grant execute on function acting_user(), acting_as_operator(), may_see_room(bigint), here(rooms), on_stage(rooms), topology_reason(rooms), captions_refused(rooms), saw_visit(bigint, timestamptz), require_open_room(bigint), require_broadcast(bigint), invitation(text), calendar_of_club(bigint), calendar_of_person(text)
  to roomtone_anon, roomtone_person;
grant execute on function is_site_moderator() to roomtone_anon, roomtone_person;

-- Signed-in users.
grant select on signals, signal_trace, hand_queue to roomtone_person;
grant update (username, bio) on users to roomtone_person;
grant insert (name, description, topic_id), update (name, description, topic_id), delete on clubs to roomtone_person;
grant insert (user_id, club_id), delete on followers to roomtone_person;
grant insert (club_id, user_id, role), update (role), delete on members to roomtone_person;
grant insert (name, description, club_id, stage, access, topology, starts_at, repeats, time_zone, host_gone, broadcast, captions, encrypted),
  update (name, description, club_id, stage, access, topology, starts_at, repeats, time_zone, opened_at, host_gone, host_id, co_host_ids, locked, broadcast, captions, encrypted, slow_mode, pinned_link, ended_at, ended_reason)
  on rooms to roomtone_person;
grant select, insert (room_id, repeated), update (repeated, seen_at), delete on reminders to roomtone_person;
grant select, delete on co_host_notices to roomtone_person;
-- Not jti, and not the keys for which messages are encrypted.
grant select (id, user_id, endpoint, created_at), insert (user_id, endpoint, p256dh, auth), delete on push_subscriptions to roomtone_person;
grant select, insert (user_id, kind), delete on unwanted_pushes to roomtone_person;
grant select, delete on guests, kept_roles to roomtone_person;
grant select, insert (club_id, room_id, invited_user, expires_at, max_uses), delete on invitations to roomtone_person;
grant select on acceptances to roomtone_person;
grant insert (room_id, user_id, peer_id, role, muted), update (peer_id, role, muted, hand_raised_at, invited_to_speak_at, asked_to_unmute_at, served_directly, offers, captioned_by, signing_key, agreement_key), delete
  on participants to roomtone_person;
grant select, insert (room_id, user_id), delete on bans to roomtone_person;
grant select, insert (room_id, body, client_id), delete on messages to roomtone_person;
grant select, insert (room_id, text, final), update (text, final), delete on captions to roomtone_person;
grant select, insert (room_id, emoji) on reactions to roomtone_person;
grant select, insert (user_id, blocked_id), delete on blocks to roomtone_person;
grant select, insert (user_id, followed_id), delete on follows to roomtone_person;
grant select on followed_people to roomtone_person;
-- Not credential_id, public_key, user_handle and sign_count, which only relays need.
grant select (id, user_id, name, created_at, last_used_at), delete on passkeys to roomtone_person;
grant select, delete on access_tokens to roomtone_person;
-- Not secret_hash.
grant select (user_id, created_at), delete on calendar_addresses to roomtone_person;
-- The log of a report may contain events that the reporter may no longer read. Only the operator reads it.
grant select (id, room_id, reported_id, reporter, reason, created_at, resolved_at), insert (room_id, reported_id, reason)
  on reports to roomtone_person;
-- Not node_id and file, which would show names of machines.
grant select (id, room_id, started_by, announced_at, begins_at, started_at, ended_at, ended_reason, duration, bytes, failure, continues_id, deleted_at),
  insert (room_id), update (ended_at, deleted_at) on recordings to roomtone_person;
grant select on recorded_seats, archive to roomtone_person;
grant insert (room_id, from_peer, to_peer, kind, body) on signals to roomtone_person;
grant select, insert (room_id, from_peer, to_peer, kid, wrapped, signature) on sender_keys to roomtone_person;
grant execute on function moderates(bigint), may_moderate(bigint), participates(bigint), is_host(bigint), club_role(bigint), require_club_owner(bigint), act_as(text), join_room(bigint, text), leave_room(bigint, uuid), leave_room_running(bigint, uuid),
  leave_and_hand_over(bigint, text, uuid), end_room(bigint, text), sign_out(),
  raise_hand(bigint), lower_hand(bigint, text), promote(bigint, text, text), mute(bigint, text), unmute(bigint), say(bigint, text),
  invite_to_speak(bigint, text), withdraw_invitation_to_speak(bigint, text), accept_to_speak(bigint), decline_to_speak(bigint),
  step_down(bigint), move_to_audience(bigint, text), mute_all(bigint), ask_to_unmute(bigint, text),
  remove_from_room(bigint, text), undo_removal(bigint, text), ban_from_room(bigint, text), unban(bigint, text), block(text), unblock(text), follow(text), unfollow(text),
  disable_user(text), enable_user(text), openid_issuer_of_session(), access_token_days(),
  report(bigint, text, text), react(bigint, text), set_slow_mode(bigint, int), pin_link(bigint, text),
  open_room(bigint), add_co_host(bigint, text), remove_co_host(bigint, text), lock_room(bigint, boolean), hand_over(bigint, text), create_club(text, text, text), leave_club(bigint), delete_club(bigint), hand_over_club(bigint, text),
  new_code(), invite_to_club(bigint, text, interval, int), invite_to_room(bigint, text, interval, int),
  accept_invitation(text), decline_invitation(text), my_invitations(),
  start_recording(bigint), stop_recording(bigint), delete_recording(bigint), recording_chat(bigint), recording_captions(bigint), delete_caption(bigint), was_recorded(bigint), require_recording(bigint),
  recording_status(recordings), safety_number(bigint),
  my_calendar(), renew_calendar_address(), require_user(text),
  require_moderator(bigint, text), require_participant(bigint, text), room_at(bigint, timestamptz), replay_room(bigint, int),
  require_seat(bigint, uuid), room_snapshot(bigint, uuid), room_log(bigint, uuid, bigint, bigint, int)
  to roomtone_person;

-- The relay's login has no rights on tables. It takes the role of a user (become), or calls these functions.
grant execute on function role_name(text), become(jsonb, text), why_token_is_refused(text, bigint, float8), refuse_disabled_user(), token_is_revoked(text), user_tokens_ended_at(bigint),
  sign_in_by_subject(text, text, jsonb, boolean, boolean, text, int), relay_begin_openid_session(text, bigint, text, text, interval, timestamptz),
  relay_end_openid_sessions(text, text, text, text, timestamptz), relay_end_openid_session(text),
  relay_openid_sessions_to_check(text[], interval, int), relay_continue_openid_session(text, text),
  relay_begin_passkey_sign_in(text), relay_begin_passkey(text, text, bigint, text), relay_use_passkey_challenge(bytea, boolean), relay_passkey(bytea), relay_require_recent_sign_in(jsonb),
  relay_create_passkey(bytea, bigint, bytea, bytea, bigint, text[], text, text, int), relay_sign_in_by_passkey(bytea, bigint), relay_create_access_token(jsonb, text, numeric),
  relay_calendar_claims(text), relay_take_pushes(int, interval), relay_settle_push(bigint, bigint, text, interval), relay_secret(text), sign_in(text, text, text, int), relay_logs(bigint[]),
  relay_read(bigint[], bigint[], int), relay_seats_of(bigint[], bigint[], uuid[], text[]), relay_snapshots(bigint[], bigint[], uuid[], text[]), relay_why_seat_was_lost(bigint, bigint, uuid), relay_serve_seats(text, uuid[]), relay_seated(uuid[]), relay_release_seats(text, uuid[], interval), relay_release_all_seats(text, interval),
  relay_heartbeat(text, text, text), relay_rows_since(), relay_end_lease(text, interval), relay_expire_orphaned_seats(interval, interval),
  relay_reap_seats(interval), relay_end_deserted_rooms(interval), relay_delete_old_rows(interval, bigint, int), relay_notification_status(),
  relay_deleted_recordings(text[]), relay_kept_recordings(text[]), relay_set_recording_size(bigint, double precision, bigint), relay_maintain_recordings(interval),
  node_recording_begins(text, bigint), node_recording_continues(text, bigint), node_recording_ended(text, bigint, double precision, bigint, text),
  node_register(text, text, int, text), node_heartbeat(text), node_serves(text, bigint), node_end_lease(text), node_receive_mix(text, bigint, inet, int, text), node_stop_mix(text, uuid), node_mixes(text), node_refuse_listener(text, uuid), node_speakers(text, bigint, bigint[]),
  relay_open_rooms(), relay_invitations(bigint[]), relay_invitations_of(bigint[]), hallway_rows(bigint[]), relay_hallway_users(bigint[]), relay_followed(bigint[]), relay_people_here(bigint[]), schema_version()
  to roomtone_relay;
