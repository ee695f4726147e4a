-- The whole story of rights, part two: on which rows. What a write may change beyond that is said by the guards in triggers/.

do $$
declare
  name text;
begin
  foreach name in array array['topics', 'users', 'clubs', 'followers', 'members', 'rooms', 'bans', 'participants', 'messages', 'reactions',
                              'paces', 'blocks', 'reports', 'reminders', 'guests', 'invitations', 'acceptances', 'signals', 'used_peer_ids', 'logs', 'events',
                              'recordings', 'recorded_seats', 'nodes', 'assignments', 'secrets', 'revoked_tokens', 'schema_installs'] loop
    execute format('alter table %I enable row level security', name);
  end loop;
  for name in select format('%I on %I', p.polname, c.relname) from pg_policy p join pg_class c on c.oid = p.polrelid
              where c.relnamespace = 'roomtone'::regnamespace loop
    execute 'drop policy ' || name;
  end loop;
end
$$;

create policy topics_are_public on topics for select using (true);
comment on policy topics_are_public on topics is 'Anybody may see what clubs are about.';

create policy users_are_public on users for select using (true);
comment on policy users_are_public on users is 'Anybody may see who is who.';
create policy users_change_themselves on users for update to roomtone_person using (id = acting_user());
comment on policy users_change_themselves on users is 'Your name and your words are yours to change.';

create policy clubs_are_public on clubs for select using (true);
comment on policy clubs_are_public on clubs is 'Anybody may see the clubs.';
create policy clubs_are_founded_by_people on clubs for insert to roomtone_person with check (owner_id = acting_user());
comment on policy clubs_are_founded_by_people on clubs is 'Whoever founds a club owns it.';
create policy clubs_belong_to_their_owners on clubs for update to roomtone_person using (club_role(id) = 'OWNER');
comment on policy clubs_belong_to_their_owners on clubs is 'Only owners change a club.';

create policy followers_are_public on followers for select using (true);
comment on policy followers_are_public on followers is 'Anybody may see who follows what.';
create policy followers_follow_for_themselves on followers for insert to roomtone_person with check (user_id = acting_user());
comment on policy followers_follow_for_themselves on followers is 'You follow for yourself.';
create policy followers_unfollow_for_themselves on followers for delete to roomtone_person using (user_id = acting_user());
comment on policy followers_unfollow_for_themselves on followers is 'You unfollow for yourself.';

create policy members_are_public on members for select using (true);
comment on policy members_are_public on members is 'Anybody may see who belongs to a club.';
create policy members_are_let_in on members for insert to roomtone_person with check (club_role(club_id) in ('OWNER', 'ADMIN'));
comment on policy members_are_let_in on members is 'Owners and admins let people in; the guard says as what, and names the rule.';
create policy members_are_given_roles on members for update to roomtone_person using (club_role(club_id) = 'OWNER');
comment on policy members_are_given_roles on members is 'Owners give roles.';
create policy members_leave on members for delete to roomtone_person
  using (user_id = acting_user() or club_role(club_id) = 'OWNER' or (club_role(club_id) = 'ADMIN' and role = 'MEMBER'));
comment on policy members_leave on members is 'Leave yourself; owners remove anybody, admins those who are just members.';

create policy rooms_are_seen on rooms for select using (access <> 'invited' or host_id = acting_user() or may_see_room(id));
comment on policy rooms_are_seen on rooms is 'Anybody may look through the doors; those of a room for the invited are shut.';
create policy rooms_are_started_by_people on rooms for insert to roomtone_person with check (host_id = acting_user());
comment on policy rooms_are_started_by_people on rooms is 'Whoever starts a room hosts it.';
create policy rooms_are_run_by_those_who_moderate on rooms for update to roomtone_person
  using (host_id = acting_user() or moderates(id)) with check (true);
comment on policy rooms_are_run_by_those_who_moderate on rooms is
  'The host changes a room, and moderators some of it; the guard says what, and names the rule.';

create policy reminders_are_ones_own on reminders for select to roomtone_person using (user_id = acting_user());
comment on policy reminders_are_ones_own on reminders is 'What you wait for is your business.';
create policy reminders_are_asked_for on reminders for insert to roomtone_person with check (user_id = acting_user());
comment on policy reminders_are_asked_for on reminders is 'You are reminded if you ask; the guard says of what.';
create policy reminders_are_dropped on reminders for delete to roomtone_person using (user_id = acting_user());
comment on policy reminders_are_dropped on reminders is 'And not any more, if you do not want to be.';

create policy guests_are_seen_by_those_inside on guests for select to roomtone_person
  using (user_id = acting_user() or moderates(room_id) or exists (
    select from participants p where p.room_id = guests.room_id and p.user_id = acting_user() and p.peer_id is not null));
comment on policy guests_are_seen_by_those_inside on guests is 'Whoever sits in the room knows who may enter, and everybody where they may.';
create policy guests_are_sent_home on guests for delete to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy guests_are_sent_home on guests is 'Host and moderators take it back, or the guest gives it up.';

create policy invitations_are_seen_by_those_concerned on invitations for select to roomtone_person
  using ((invited_user = acting_user()
          and not exists (select from blocks b where b.user_id = acting_user() and b.blocked_id = invitations.invited_by)
          and not exists (select from bans b where b.room_id = invitations.room_id and b.user_id = acting_user()))
         or invited_by = acting_user() or club_role(club_id) in ('OWNER', 'ADMIN')
         or exists (select from rooms r where r.id = invitations.room_id and r.host_id = acting_user()));
comment on policy invitations_are_seen_by_those_concerned on invitations is
  'An invitation is a key: seen by its maker, by whoever it names if it reaches them, by the club''s owners and admins, by the room''s host.';
create policy invitations_are_made on invitations for insert to roomtone_person with check (invited_by = acting_user());
comment on policy invitations_are_made on invitations is 'You invite in your own name; the guard says whom to what.';
create policy invitations_are_withdrawn on invitations for delete to roomtone_person
  using (invited_by = acting_user() or club_role(club_id) in ('OWNER', 'ADMIN')
         or exists (select from rooms r where r.id = invitations.room_id and r.host_id = acting_user()));
comment on policy invitations_are_withdrawn on invitations is 'By its maker, the club''s owners and admins, the room''s host.';

create policy acceptances_are_seen_by_those_concerned on acceptances for select to roomtone_person
  using (user_id = acting_user() or exists (select from invitations i where i.id = acceptances.invitation_id));
comment on policy acceptances_are_seen_by_those_concerned on acceptances is
  'What you accepted, and who accepted an invitation that you may see.';

create policy bans_are_seen_by_those_concerned on bans for select to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy bans_are_seen_by_those_concerned on bans is 'Whoever is banned knows it, and those who moderate the room.';
create policy bans_are_for_moderators on bans for insert to roomtone_person with check (moderates(room_id));
comment on policy bans_are_for_moderators on bans is 'Host and moderators ban; the guard names the rule.';
create policy bans_are_lifted_by_moderators on bans for delete to roomtone_person using (moderates(room_id));
comment on policy bans_are_lifted_by_moderators on bans is 'Host and moderators let people in again.';

create policy participants_are_seen_where_the_room_is on participants for select
  using (user_id = acting_user() or exists (select from rooms r where r.id = participants.room_id));
comment on policy participants_are_seen_where_the_room_is on participants is 'Anybody may see who is where, if they may know of the room.';
create policy participants_join on participants for insert to roomtone_person with check (true);
comment on policy participants_join on participants is 'Joining: the guard says who may take which seat, and names the rule.';
create policy participants_change on participants for update to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy participants_change on participants is 'Your own seat, or anybody''s where you moderate; the guard says what may change.';
create policy participants_leave on participants for delete to roomtone_person
  using (user_id = acting_user() or (moderates(room_id) and role <> 'HOST'));
comment on policy participants_leave on participants is 'Leave your own seat, or remove somebody where you moderate; never the host.';

create policy messages_are_for_those_inside on messages for select to roomtone_person
  using (user_id = acting_user() or moderates(room_id) or exists (
    select from participants p where p.room_id = messages.room_id and p.user_id = acting_user() and p.peer_id is not null));
comment on policy messages_are_for_those_inside on messages is 'Whoever sits in the room reads what was written there, and everybody what they wrote.';
create policy messages_are_written_in_ones_own_name on messages for insert to roomtone_person with check (user_id = acting_user());
comment on policy messages_are_written_in_ones_own_name on messages is 'You write for yourself; the guard says where.';
create policy messages_are_taken_back on messages for delete to roomtone_person
  using (user_id = acting_user() or moderates(room_id));
comment on policy messages_are_taken_back on messages is 'Your own, or anybody''s where you moderate.';

create policy reactions_are_for_those_inside on reactions for select to roomtone_person
  using (moderates(room_id) or exists (
    select from participants p where p.room_id = reactions.room_id and p.user_id = acting_user() and p.peer_id is not null));
comment on policy reactions_are_for_those_inside on reactions is 'Whoever sits in the room sees what floats by.';
create policy reactions_are_shown_in_ones_own_name on reactions for insert to roomtone_person with check (user_id = acting_user());
comment on policy reactions_are_shown_in_ones_own_name on reactions is 'You react for yourself; the guard says where.';

create policy blocks_are_private on blocks for select to roomtone_person using (user_id = acting_user());
comment on policy blocks_are_private on blocks is 'Whom you avoid is known to you alone.';
create policy blocks_are_ones_own on blocks for insert to roomtone_person with check (user_id = acting_user());
comment on policy blocks_are_ones_own on blocks is 'You block for yourself.';
create policy blocks_are_lifted_by_the_blocker on blocks for delete to roomtone_person using (user_id = acting_user());
comment on policy blocks_are_lifted_by_the_blocker on blocks is 'And you meet them again.';

create policy reports_are_seen_by_the_reporter on reports for select to roomtone_person using (reporter = acting_user());
comment on policy reports_are_seen_by_the_reporter on reports is 'You see that you reported, and whether it was dealt with; the log that came with it is the operator''s.';
create policy reports_are_made_in_ones_own_name on reports for insert to roomtone_person with check (reporter = acting_user());
comment on policy reports_are_made_in_ones_own_name on reports is 'You report for yourself; the guard says whom.';

create policy recordings_are_for_those_recorded on recordings for select to roomtone_person
  using (started_by = acting_user() or was_recorded(id));
comment on policy recordings_are_for_those_recorded on recordings is
  'A recording is for who made it, for the room''s host, and for those who sat there while it ran.';
create policy recordings_are_started on recordings for insert to roomtone_person with check (started_by = acting_user());
comment on policy recordings_are_started on recordings is 'You record in your own name; the guard says what.';
create policy recordings_are_stopped_and_deleted on recordings for update to roomtone_person
  using (started_by = acting_user() or moderates(room_id)) with check (true);
comment on policy recordings_are_stopped_and_deleted on recordings is
  'By who made it, and by those who moderate the room, of whom only the host deletes: the guard names the rule.';

create policy recorded_seats_are_seen_by_those_recorded on recorded_seats for select to roomtone_person
  using (exists (select from recordings r where r.id = recorded_seats.recording_id));
comment on policy recorded_seats_are_seen_by_those_recorded on recorded_seats is 'Whoever may hear a recording may know who was there.';

create policy signals_are_for_both_ends on signals for select to roomtone_person using (acting_user() in (from_user, to_user));
comment on policy signals_are_for_both_ends on signals is 'A signal is readable by its two ends.';
create policy signals_are_sent_in_ones_own_name on signals for insert to roomtone_person with check (from_user = acting_user());
comment on policy signals_are_sent_in_ones_own_name on signals is 'You signal for yourself.';
