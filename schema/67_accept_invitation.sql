create or replace function require_invitation(code text) returns invitations
language plpgsql as $$
declare
  wanted invitations;
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'nobody is acting, so nobody is invited',
      hint    = 'Sign in; in psql: select act_as(''rick'');';
  end if;
  -- Locked, so that of two who come for its last use one comes second.
  select * into wanted from invitations i where i.code = require_invitation.code for no key update;
  if not found then
    perform refuse_invitation('invitations_is_known');
  elsif wanted.invited_user <> acting_user() then
    perform refuse_invitation('invitations_is_for_somebody_else');
  elsif exists (select from acceptances a where a.invitation_id = wanted.id and a.user_id = acting_user()) then
    perform refuse_invitation('invitations_is_accepted_once');
  end if;
  return wanted;
end
$$;

comment on function require_invitation(text) is
  'The invitation of this code, locked, if it is the acting user''s to answer and they have not accepted it; raises the rule that forbids it.';

create or replace function accept_invitation(code text) returns jsonb
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  mine invitations := require_invitation(accept_invitation.code);
begin
  if mine.declined_at is not null then
    perform refuse_invitation('invitations_is_declined');
  elsif mine.expires_at <= clock_timestamp() then
    perform refuse_invitation('invitations_has_not_expired');
  elsif mine.uses >= mine.max_uses then
    perform refuse_invitation('invitations_is_not_used_up');
  end if;
  if mine.room_id is not null then
    perform require_open_room(mine.room_id), require_not_banned(mine.room_id, acting_user());
  end if;
  insert into acceptances (invitation_id, user_id) values (mine.id, acting_user());
  update invitations i set uses = i.uses + 1 where i.id = mine.id;
  delete from invitations i
  where i.invited_user = acting_user() and i.id <> mine.id and i.uses = 0 and (i.club_id = mine.club_id or i.room_id = mine.room_id);
  if mine.club_id is not null then
    insert into members (club_id, user_id) values (mine.club_id, acting_user()) on conflict do nothing;
    insert into followers (club_id, user_id) values (mine.club_id, acting_user()) on conflict do nothing;
  else
    insert into guests (room_id, user_id, invited_by) values (mine.room_id, acting_user(), mine.invited_by)
    on conflict do nothing;
  end if;
  return jsonb_build_object('club_id', mine.club_id, 'room_id', mine.room_id);
end
$$;

comment on function accept_invitation(text) is
  'Accept an invitation: to a club, which makes you a member and a follower, or to a room, which lets you in. Returns {club_id, room_id}, one of them null.';

create or replace function decline_invitation(code text) returns boolean
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  mine invitations := require_invitation(decline_invitation.code);
begin
  -- The answer is to the place, whoever else has invited them there.
  update invitations i set declined_at = clock_timestamp()
  where i.invited_user = acting_user() and i.declined_at is null and i.uses = 0
    and mine.invited_user is not null and (i.club_id = mine.club_id or i.room_id = mine.room_id);
  return found;
end
$$;

comment on function decline_invitation(text) is
  'Say no to an invitation by name; false if you have already, or if it is a link, which is nobody''s to decline.';
