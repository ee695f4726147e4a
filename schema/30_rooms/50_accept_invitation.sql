create or replace function accept_invitation(code text) returns jsonb
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  accepted invitations := require_invitation(accept_invitation.code);
begin
  if accepted.declined_at is not null then
    perform refuse_invitation('invitations_is_not_declined');
  elsif accepted.expires_at <= clock_timestamp() then
    perform refuse_invitation('invitations_has_not_expired');
  elsif accepted.uses >= accepted.max_uses then
    perform refuse_invitation('invitations_is_not_used_up');
  end if;
  insert into acceptances (invitation_id, user_id) values (accepted.id, acting_user());
  update invitations i set uses = i.uses + 1 where i.id = accepted.id;
  delete from invitations i
  where i.invited_user = acting_user() and i.id <> accepted.id and i.uses = 0 and (i.club_id = accepted.club_id or i.room_id = accepted.room_id);
  if accepted.club_id is not null then
    insert into members (club_id, user_id) values (accepted.club_id, acting_user()) on conflict do nothing;
    insert into followers (club_id, user_id) values (accepted.club_id, acting_user()) on conflict do nothing;
  else
    insert into guests (room_id, user_id, invited_by) values (accepted.room_id, acting_user(), accepted.invited_by)
    on conflict do nothing;
    perform require_open_room(accepted.room_id), require_not_banned(accepted.room_id, acting_user()); -- guests may see the room
  end if;
  return jsonb_build_object('club_id', accepted.club_id, 'room_id', accepted.room_id);
end
$$;

comment on function accept_invitation(text) is
  'Accept an invitation. To a club: you become a member and a follower. To a room: you become a guest, who may join. Returns {club_id, room_id}, one of them null.';
