-- On which rows the roles have the rights of 10_grants.sql. Triggers named _1xx_guard check what a write may change in them.

do $$
declare
  name text;
begin
  foreach name in array array['topics', 'users', 'clubs', 'followers', 'members', 'rooms', 'bans', 'participants', 'messages', 'captions', 'reactions',
                              'roster_sizes', 'topology_sizes', 'paces', 'blocks', 'follows', 'reports', 'reminders', 'co_host_notices', 'guests', 'kept_roles', 'visits', 'invitations', 'acceptances', 'signals', 'sender_keys', 'used_peer_ids', 'logs', 'events',
                              'recordings', 'recorded_seats', 'deleted_recordings', 'nodes', 'assignments', 'mix_receivers', 'speakers', 'secrets', 'revoked_tokens', 'openid_sessions', 'passkeys', 'passkey_challenges', 'recovery_links', 'access_tokens', 'calendar_entries', 'calendar_addresses', 'push_subscriptions', 'unwanted_pushes', 'push_occasions', 'pushes', 'schema_installs', 'database_marks', 'lab_lanes'] loop
    execute format('alter table %I enable row level security', name);
  end loop;
  for name in select format('%I on %I', p.polname, c.relname) from pg_policy p join pg_class c on c.oid = p.polrelid
              where c.relnamespace = 'roomtone'::regnamespace loop
    execute 'drop policy ' || name;
  end loop;
end
$$;

create policy topics_are_public on topics for select using (true);
comment on policy topics_are_public on topics is 'Everybody may read topics.';

create policy lab_lanes_are_public on lab_lanes for select using (true);
comment on policy lab_lanes_are_public on lab_lanes is 'Everybody may read what a lab measures.';

create policy users_are_public on users for select using (true);
comment on policy users_are_public on users is 'Everybody may read users.';
create policy users_change_themselves on users for update to roomtone_person using (id = acting_user());
comment on policy users_change_themselves on users is 'Users change only their own name and bio.';

create policy clubs_are_public on clubs for select using (true);
comment on policy clubs_are_public on clubs is 'Everybody may read clubs.';
create policy clubs_are_created_as_yourself on clubs for insert to roomtone_person with check (owner_id = acting_user());
comment on policy clubs_are_created_as_yourself on clubs is 'Who creates a club is its owner.';
create policy clubs_only_owners_change_them on clubs for update to roomtone_person using (club_role(id) = 'OWNER');
comment on policy clubs_only_owners_change_them on clubs is 'Only owners change a club.';
create policy clubs_are_deleted_by_their_owners on clubs for delete to roomtone_person using (club_role(id) = 'OWNER');
comment on policy clubs_are_deleted_by_their_owners on clubs is 'Only owners delete a club; a trigger keeps one with open rooms.';

create policy followers_are_public on followers for select using (true);
comment on policy followers_are_public on followers is 'Everybody may read who follows which club.';
create policy followers_follow_as_themselves on followers for insert to roomtone_person with check (user_id = acting_user());
comment on policy followers_follow_as_themselves on followers is 'Users follow only as themselves.';
create policy followers_unfollow_as_themselves on followers for delete to roomtone_person using (user_id = acting_user());
comment on policy followers_unfollow_as_themselves on followers is 'Users unfollow only as themselves.';

create policy members_are_public on members for select using (true);
comment on policy members_are_public on members is 'Everybody may read who is a member of which club.';
create policy members_are_added_by_owners_and_admins on members for insert to roomtone_person with check (club_role(club_id) in ('OWNER', 'ADMIN'));
comment on policy members_are_added_by_owners_and_admins on members is 'Owners and admins add members; a trigger checks with which role.';
create policy members_get_roles_from_owners on members for update to roomtone_person using (club_role(club_id) = 'OWNER');
comment on policy members_get_roles_from_owners on members is 'Owners change roles.';
create policy members_leave_or_are_removed on members for delete to roomtone_person
  using (user_id = acting_user() or club_role(club_id) = 'OWNER' or (club_role(club_id) = 'ADMIN' and role = 'MEMBER'));
comment on policy members_leave_or_are_removed on members is 'Members leave; owners remove any member, admins members with the role MEMBER.';

create policy rooms_are_read_by_those_who_may_see_them on rooms for select using (access <> 'invited' or host_id = acting_user() or may_see_room(id));
comment on policy rooms_are_read_by_those_who_may_see_them on rooms is 'Everybody may read rooms, except rooms for invited users, which only the users concerned may read (may_see_room).';
create policy rooms_are_created_as_yourself on rooms for insert to roomtone_person with check (host_id = acting_user());
comment on policy rooms_are_created_as_yourself on rooms is 'Who creates a room is its host.';
create policy rooms_are_changed_by_host_and_moderators on rooms for update to roomtone_person
  using (host_id = acting_user() or moderates(id)) with check (true);
comment on policy rooms_are_changed_by_host_and_moderators on rooms is
  'The host changes a room, moderators some of its columns; a trigger checks which.';

create policy reminders_are_private on reminders for select to roomtone_person using (user_id = acting_user());
comment on policy reminders_are_private on reminders is 'Users read only their own reminders.';
create policy reminders_are_set_for_yourself on reminders for insert to roomtone_person with check (user_id = acting_user());
comment on policy reminders_are_set_for_yourself on reminders is 'Users set reminders only for themselves; a trigger checks for which rooms.';
create policy reminders_are_changed_by_their_user on reminders for update to roomtone_person using (user_id = acting_user());
comment on policy reminders_are_changed_by_their_user on reminders is 'Users change only their own reminders.';
create policy reminders_are_deleted_by_their_user on reminders for delete to roomtone_person using (user_id = acting_user());
comment on policy reminders_are_deleted_by_their_user on reminders is 'Users delete their own reminders.';

create policy co_host_notices_are_private on co_host_notices for select to roomtone_person using (user_id = acting_user());
comment on policy co_host_notices_are_private on co_host_notices is 'Users read only what is for them.';
create policy co_host_notices_are_deleted_by_their_user on co_host_notices for delete to roomtone_person using (user_id = acting_user());
comment on policy co_host_notices_are_deleted_by_their_user on co_host_notices is 'Users delete what they have seen.';

create policy guests_are_read_by_participants on guests for select to roomtone_person using (user_id = acting_user() or participates(room_id));
comment on policy guests_are_read_by_participants on guests is 'Participants read the guests of their room, and users where they are guests.';
create policy guests_are_deleted_by_moderators_or_guest on guests for delete to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy guests_are_deleted_by_moderators_or_guest on guests is 'Host, moderators and the guest delete it.';

create policy kept_roles_are_read_by_moderators_and_their_user on kept_roles for select to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy kept_roles_are_read_by_moderators_and_their_user on kept_roles is 'Users read the roles that are kept for them; host and moderators those of their room.';
create policy kept_roles_are_deleted_by_moderators on kept_roles for delete to roomtone_person using (moderates(room_id));
comment on policy kept_roles_are_deleted_by_moderators on kept_roles is 'Host and moderators take a kept role away.';

create policy visits_are_read_where_the_room_may_be_read on visits for select
  using (user_id = acting_user()
         or (exists (select from rooms r where r.id = visits.room_id) and (not hidden or saw_visit(room_id, left_at))));
comment on policy visits_are_read_where_the_room_may_be_read on visits is
  'Everybody may read who was in the rooms that they may read; who was there while the room was for invited users, only those who could see it.';

create policy invitations_are_read_by_their_maker_and_user on invitations for select to roomtone_person
  using ((invited_user = acting_user()
          and not exists (select from blocks b where b.user_id = acting_user() and b.blocked_id = invitations.invited_by)
          and not exists (select from bans b where b.room_id = invitations.room_id and b.user_id = acting_user()))
         or invited_by = acting_user() or club_role(club_id) in ('OWNER', 'ADMIN')
         or is_host(room_id));
comment on policy invitations_are_read_by_their_maker_and_user on invitations is
  'Read by its maker, by the invited user if it reaches them, by owners and admins of the club, and by the room''s host.';
create policy invitations_are_made_as_yourself on invitations for insert to roomtone_person with check (invited_by = acting_user());
comment on policy invitations_are_made_as_yourself on invitations is 'Users invite only as themselves; a trigger checks whom to what.';
create policy invitations_are_deleted_by_their_maker on invitations for delete to roomtone_person
  using (invited_by = acting_user() or club_role(club_id) in ('OWNER', 'ADMIN')
         or is_host(room_id));
comment on policy invitations_are_deleted_by_their_maker on invitations is 'Deleted by its maker, by owners and admins of the club, and by the room''s host.';

create policy acceptances_are_read_with_the_invitation on acceptances for select to roomtone_person
  using (user_id = acting_user() or exists (select from invitations i where i.id = acceptances.invitation_id));
comment on policy acceptances_are_read_with_the_invitation on acceptances is
  'Users read what they accepted, and who accepted an invitation that they may read.';

create policy bans_are_read_by_moderators_and_their_user on bans for select to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy bans_are_read_by_moderators_and_their_user on bans is 'Read by the banned user, and by host and moderators.';
create policy bans_are_for_moderators on bans for insert to roomtone_person with check (moderates(room_id));
comment on policy bans_are_for_moderators on bans is 'Host and moderators ban users.';
create policy bans_are_deleted_by_moderators on bans for delete to roomtone_person using (moderates(room_id));
comment on policy bans_are_deleted_by_moderators on bans is 'Host and moderators lift bans.';

create policy participants_are_read_where_the_room_may_be_read on participants for select
  using (user_id = acting_user() or exists (select from rooms r where r.id = participants.room_id));
comment on policy participants_are_read_where_the_room_may_be_read on participants is 'Everybody may read the participants of rooms that they may read.';
create policy participants_may_join on participants for insert to roomtone_person with check (true);
comment on policy participants_may_join on participants is 'Joining: a trigger checks who may take which seat.';
create policy participants_are_changed_by_moderators_or_user on participants for update to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy participants_are_changed_by_moderators_or_user on participants is 'Users change their own seat, host and moderators all seats of their room; a trigger checks what may change.';
create policy participants_are_deleted_by_moderators_or_user on participants for delete to roomtone_person
  using (user_id = acting_user() or (moderates(room_id) and role <> 'HOST'));
comment on policy participants_are_deleted_by_moderators_or_user on participants is 'Users delete their own seat, host and moderators those of others, except the host''s.';

create policy messages_are_read_by_participants on messages for select to roomtone_person using (user_id = acting_user() or participates(room_id));
comment on policy messages_are_read_by_participants on messages is 'Participants read the messages of their room, and users their own messages.';
create policy messages_are_written_as_yourself on messages for insert to roomtone_person with check (user_id = acting_user());
comment on policy messages_are_written_as_yourself on messages is 'Users write only as themselves; a trigger checks where.';
create policy messages_are_deleted_by_moderators_or_author on messages for delete to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy messages_are_deleted_by_moderators_or_author on messages is 'Deleted by the author, and by host and moderators.';

create policy captions_are_read_by_participants on captions for select to roomtone_person
  using (user_id = acting_user()
         -- Once per statement, so that the captions of other rooms cost little.
         or (room_id = any (array(select p.room_id from participants p where p.user_id = acting_user() and p.peer_id is not null))
             and exists (select from participants p
                         where p.room_id = captions.room_id and p.user_id = acting_user() and p.peer_id is not null
                           and captions.started_at >= p.join_date - interval '2 minutes'
                           and (captions.hidden_at is null or captions.hidden_at >= p.join_date))));
comment on policy captions_are_read_by_participants on captions is
  'Participants read the captions of their room, from two minutes before they joined on, if the speaker still agreed then; and users their own captions.';
create policy captions_are_written_as_yourself on captions for insert to roomtone_person with check (user_id = acting_user());
comment on policy captions_are_written_as_yourself on captions is 'Users write captions only of their own words; a trigger checks where.';
create policy captions_are_corrected_by_their_speaker on captions for update to roomtone_person using (user_id = acting_user());
comment on policy captions_are_corrected_by_their_speaker on captions is 'Speakers correct their own captions; a trigger checks how long.';
create policy captions_are_deleted_by_moderators_or_speaker on captions for delete to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy captions_are_deleted_by_moderators_or_speaker on captions is 'Deleted by the speaker, and by host and moderators.';

create policy reactions_are_read_by_participants on reactions for select to roomtone_person using (participates(room_id));
comment on policy reactions_are_read_by_participants on reactions is 'Participants read the reactions of their room.';
create policy reactions_are_written_as_yourself on reactions for insert to roomtone_person with check (user_id = acting_user());
comment on policy reactions_are_written_as_yourself on reactions is 'Users react only as themselves; a trigger checks where.';

create policy blocks_are_private on blocks for select to roomtone_person using (user_id = acting_user());
comment on policy blocks_are_private on blocks is 'Users read only their own blocks.';
create policy blocks_are_made_as_yourself on blocks for insert to roomtone_person with check (user_id = acting_user());
comment on policy blocks_are_made_as_yourself on blocks is 'Users block only for themselves.';
create policy blocks_are_deleted_by_their_user on blocks for delete to roomtone_person using (user_id = acting_user());
comment on policy blocks_are_deleted_by_their_user on blocks is 'Users delete their own blocks.';

create policy follows_are_read_by_the_two on follows for select to roomtone_person using (acting_user() in (user_id, followed_id));
comment on policy follows_are_read_by_the_two on follows is 'Users read whom they follow, and who follows them.';
create policy follows_are_made_as_yourself on follows for insert to roomtone_person with check (user_id = acting_user());
comment on policy follows_are_made_as_yourself on follows is 'Users follow only as themselves; a trigger checks whom.';
create policy follows_are_deleted_by_the_two on follows for delete to roomtone_person using (acting_user() in (user_id, followed_id));
comment on policy follows_are_deleted_by_the_two on follows is 'Users stop following, and end that others follow them.';

create policy passkeys_are_private on passkeys for select to roomtone_person using (user_id = acting_user());
comment on policy passkeys_are_private on passkeys is 'Users read only their own passkeys.';
create policy passkeys_are_deleted_by_their_user on passkeys for delete to roomtone_person using (user_id = acting_user());
comment on policy passkeys_are_deleted_by_their_user on passkeys is 'Users delete their own passkeys; a trigger keeps the last one.';

create policy access_tokens_are_private on access_tokens for select to roomtone_person using (user_id = acting_user());
comment on policy access_tokens_are_private on access_tokens is 'Users read only their own access tokens.';
create policy access_tokens_are_revoked_by_their_user on access_tokens for delete to roomtone_person using (user_id = acting_user());
comment on policy access_tokens_are_revoked_by_their_user on access_tokens is 'Users revoke their own access tokens.';

create policy calendar_addresses_are_private on calendar_addresses for select to roomtone_person using (user_id = acting_user());
comment on policy calendar_addresses_are_private on calendar_addresses is 'Users read only when their own address was made.';
create policy calendar_addresses_are_deleted_by_their_user on calendar_addresses for delete to roomtone_person using (user_id = acting_user());
comment on policy calendar_addresses_are_deleted_by_their_user on calendar_addresses is 'Users delete their own address.';

create policy push_subscriptions_are_private on push_subscriptions for select to roomtone_person using (user_id = acting_user() and (expires_at is null or expires_at > now()));
comment on policy push_subscriptions_are_private on push_subscriptions is 'Users read only their own browsers, until the session there expires.';
create policy push_subscriptions_are_made_as_yourself on push_subscriptions for insert to roomtone_person with check (user_id = acting_user());
comment on policy push_subscriptions_are_made_as_yourself on push_subscriptions is 'Users subscribe browsers only for themselves.';
create policy push_subscriptions_are_deleted_by_their_user on push_subscriptions for delete to roomtone_person using (user_id = acting_user());
comment on policy push_subscriptions_are_deleted_by_their_user on push_subscriptions is 'Users end the subscriptions of their own browsers.';
create policy unwanted_pushes_are_private on unwanted_pushes for select to roomtone_person using (user_id = acting_user());
comment on policy unwanted_pushes_are_private on unwanted_pushes is 'Users read only what they have switched off themselves.';
create policy unwanted_pushes_are_switched_off_by_their_user on unwanted_pushes for insert to roomtone_person with check (user_id = acting_user());
comment on policy unwanted_pushes_are_switched_off_by_their_user on unwanted_pushes is 'Users switch kinds off only for themselves.';
create policy unwanted_pushes_are_switched_on_by_their_user on unwanted_pushes for delete to roomtone_person using (user_id = acting_user());
comment on policy unwanted_pushes_are_switched_on_by_their_user on unwanted_pushes is 'Users switch kinds on only for themselves.';

create policy reports_are_read_by_their_reporter on reports for select to roomtone_person using (reporter = acting_user());
comment on policy reports_are_read_by_their_reporter on reports is 'Users read their own reports, without the log in it.';
create policy reports_are_made_as_yourself on reports for insert to roomtone_person with check (reporter = acting_user());
comment on policy reports_are_made_as_yourself on reports is 'Users report only as themselves; a trigger checks whom.';

create policy recordings_are_for_recorded_users on recordings for select to roomtone_person
  using (started_by = acting_user() or was_recorded(id));
comment on policy recordings_are_for_recorded_users on recordings is
  'Read by who started it, by the room''s host, and by those who were in the room while it ran.';
create policy recordings_are_started_as_yourself on recordings for insert to roomtone_person with check (started_by = acting_user());
comment on policy recordings_are_started_as_yourself on recordings is 'Users start recordings only as themselves; a trigger checks where.';
create policy recordings_are_changed_by_moderators_or_starter on recordings for update to roomtone_person
  using (started_by = acting_user() or moderates(room_id)) with check (true);
comment on policy recordings_are_changed_by_moderators_or_starter on recordings is
  'Changed by who started it, and by host and moderators. A trigger checks that only who started it and the host delete it.';

create policy recorded_seats_are_read_with_the_recording on recorded_seats for select to roomtone_person
  using (exists (select from recordings r where r.id = recorded_seats.recording_id));
comment on policy recorded_seats_are_read_with_the_recording on recorded_seats is 'Users who may play a recording may read who was in it.';

create policy signals_are_read_by_sender_and_recipient on signals for select to roomtone_person using (acting_user() in (from_user, to_user));
comment on policy signals_are_read_by_sender_and_recipient on signals is 'Read by its sender and its recipient.';
create policy signals_are_sent_as_yourself on signals for insert to roomtone_person with check (from_user = acting_user());
comment on policy signals_are_sent_as_yourself on signals is 'Users send signals only as themselves.';
create policy sender_keys_are_read_by_their_recipient on sender_keys for select to roomtone_person using (to_user = acting_user());
comment on policy sender_keys_are_read_by_their_recipient on sender_keys is 'Users read the keys that others gave to them.';
create policy sender_keys_are_given_as_yourself on sender_keys for insert to roomtone_person with check (from_user = acting_user());
comment on policy sender_keys_are_given_as_yourself on sender_keys is 'Users give keys only as themselves.';
