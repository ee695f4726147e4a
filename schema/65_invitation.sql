create or replace function invitation_state(invitation invitations) returns text
language sql stable
return case
  when exists (select from acceptances a where a.invitation_id = invitation.id and a.user_id = acting_user()) then 'accepted'
  when invitation.declined_at is not null then 'declined'
  when exists (select from rooms r where r.id = invitation.room_id and r.ended_at is not null) then 'ended'
  when invitation.expires_at <= clock_timestamp() then 'expired'
  when invitation.uses >= invitation.max_uses then 'used up'
  else 'open' end;

comment on function invitation_state(invitations) is
  'What has become of an invitation, for the acting user: open, accepted, declined, ended (the room has), expired or used up.';

create or replace function invitation_record(invitation invitations) returns jsonb
language sql stable
return jsonb_build_object(
  'id', invitation.id, 'code', invitation.code,
  'club_id', coalesce(invitation.club_id, (select r.club_id from rooms r where r.id = invitation.room_id)),
  'club', (select c.name from clubs c where c.id = coalesce(
             invitation.club_id, (select r.club_id from rooms r where r.id = invitation.room_id))),
  'room_id', invitation.room_id, 'room', (select r.name from rooms r where r.id = invitation.room_id),
  'invited_by', (select u.username from users u where u.id = invitation.invited_by),
  'created_at', invitation.created_at, 'expires_at', invitation.expires_at);

comment on function invitation_record(invitations) is
  'An invitation as whoever is invited sees it: with names; an invitation to a room also names the room''s club.';

create or replace function invitation(code text) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  found_one invitations;
begin
  select * into found_one from invitations i where i.code = invitation.code;
  if not found then
    perform refuse_invitation('invitations_is_known');
  end if;
  return invitation_record(found_one) - 'id' - 'created_at' || jsonb_build_object(
    'state', invitation_state(found_one),
    'for_you', found_one.invited_user is null or found_one.invited_user is not distinct from acting_user());
end
$$;

comment on function invitation(text) is
  'What an invitation is to, for whoever holds its code, signed in or not: {code, club_id, club, room_id, room, invited_by, expires_at, state, for_you}. Raises P0002 with invitations_is_known if there is none.';

create or replace function invitations_of(person bigint) returns jsonb
language sql stable
return (
  select coalesce(jsonb_agg(invitation_record(n::invitations) order by n.id), '[]')
  from (
    select distinct on (i.club_id, i.room_id) i.*
    from invitations i left join rooms r on r.id = i.room_id
    where i.invited_user = invitations_of.person and i.declined_at is null and i.uses = 0
      and i.expires_at > clock_timestamp() and r.ended_at is null and invitation_reaches(i)
    order by i.club_id, i.room_id, i.id desc) n);

comment on function invitations_of(bigint) is 'The open invitations by name of one person that reach them, the newest to each place, oldest first.';

create or replace function my_invitations() returns jsonb
language sql stable security definer set search_path = roomtone, pg_temp
return invitations_of(acting_user());

comment on function my_invitations() is
  'What the acting user is invited to by name and has not answered: [{id, code, club_id, club, room_id, room, invited_by, created_at, expires_at}].';

create or replace function relay_invitations_of(users bigint[]) returns table (user_id bigint, invitations jsonb)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select person, invitations_of(person) from unnest(relay_invitations_of.users) person;
end;

comment on function relay_invitations_of(bigint[]) is 'The same list as my_invitations() for each of these users, for the relay that serves them.';

create or replace function relay_invitations(ids bigint[]) returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select distinct i.invited_user from invitations i
  where i.id = any (relay_invitations.ids) and i.invited_user is not null;
end;

comment on function relay_invitations(bigint[]) is
  'Who is invited by these: the users whose lists have changed. A withdrawn one is not there any more; whoever still has it in their list is meant.';
