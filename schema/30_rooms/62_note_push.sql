create or replace function note_push(kind text, room_id bigint, user_id bigint, by_user bigint, lasts interval, invitation_id bigint default null) returns void
language plpgsql as $$
#variable_conflict use_column
declare
  most constant int := 10000;
begin
  -- Where no browser is subscribed, or that of an invited user is not, this is all that pushes cost.
  if not exists (select from roomtone.push_subscriptions s where note_push.user_id is null or s.user_id = note_push.user_id)
     or exists (select from roomtone.push_occasions offset most - 1) then
    return;
  end if;
  insert into roomtone.push_occasions (kind, room_id, user_id, by_user, invitation_id, expires_at)
  values (note_push.kind, note_push.room_id, note_push.user_id, note_push.by_user, note_push.invitation_id, now() + note_push.lasts)
  on conflict (kind, room_id, (coalesce(user_id, 0))) do update
  set by_user = excluded.by_user, invitation_id = excluded.invitation_id, expires_at = excluded.expires_at,
      last_told = 0, told_at = null;
end
$$;

comment on function note_push(text, bigint, bigint, bigint, interval, bigint) is
  'Notes that users are to be notified of something while Roomtone is not open, for so long. Only for triggers. Beyond 10,000 occasions that wait, nothing is noted.';
