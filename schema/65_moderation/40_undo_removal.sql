create or replace function undo_removal(room_id bigint, username text) returns text
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  comes_back_until constant timestamptz := now() + interval '10 minutes';
  removed users;
  had_role text;
begin
  perform require_moderator(undo_removal.room_id), require_open_room(undo_removal.room_id);
  select * into removed from users u where u.id = require_user(undo_removal.username);
  select e.old_record ->> 'role' into had_role from events e
  where e.room_id = undo_removal.room_id and e.table_name = 'participants' and e.type = 'DELETE' and e.reason = 'removed'
    and (e.old_record ->> 'user_id')::bigint = removed.id and e.committed_at > clock_timestamp() - interval '1 minute'
  order by e.seq desc limit 1;
  if not found
     or exists (select from participants p where p.room_id = undo_removal.room_id and p.user_id = removed.id)
     or is_banned(undo_removal.room_id, removed.id) then
    raise no_data_found using
      message    = format('there is no removal of %s to undo', removed.username),
      constraint = 'participants_removal_can_be_undone',
      hint       = 'A removal can be undone for a minute, until they come back or are banned. You can invite them: select invite_to_room(…).';
  end if;
  insert into kept_roles (room_id, user_id, role, expires_at) values (undo_removal.room_id, removed.id, had_role, comes_back_until)
  on conflict on constraint kept_roles_pkey do update set role = excluded.role, hand_raised_at = null, expires_at = excluded.expires_at;
  if removed.kind = 'person' then
    insert into invitations (room_id, invited_user, expires_at) values (undo_removal.room_id, removed.id, comes_back_until);
  end if;
  return had_role;
end
$$;

comment on function undo_removal(bigint, text) is
  'Host and moderators, in the minute after a removal: the removed user is invited, and has ten minutes to come back in the role they had (kept_roles), which is returned: select undo_removal(1, ''anna'');';
