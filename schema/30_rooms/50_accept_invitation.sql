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
    perform require_open_room(mine.room_id), require_not_banned(mine.room_id, acting_user()); -- a guest may know of the room
  end if;
  return jsonb_build_object('club_id', mine.club_id, 'room_id', mine.room_id);
end
$$;

comment on function accept_invitation(text) is
  'Accept an invitation: to a club, which makes you a member and a follower, or to a room, which lets you in. Returns {club_id, room_id}, one of them null.';
