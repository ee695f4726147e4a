create or replace function wants_push(occasion_id bigint, user_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select exists (
    select from push_occasions o
    join rooms r on r.id = o.room_id
    join users u on u.id = wants_push.user_id
    where o.id = wants_push.occasion_id and o.expires_at > clock_timestamp()
      and r.ended_at is null and u.disabled_at is null and u.id is distinct from o.by_user
      and not exists (select from unwanted_pushes w where w.user_id = u.id and w.kind = o.kind)
      and not exists (select from bans b where b.room_id = r.id and b.user_id = u.id)
      and not exists (select from blocks b where (b.user_id = u.id and b.blocked_id in (o.by_user, r.host_id))
                                              or (b.blocked_id = u.id and b.user_id in (o.by_user, r.host_id)))
      and case o.kind
        when 'speak' then exists (
          select from participants p
          where p.room_id = r.id and p.user_id = u.id and p.peer_id is not null and p.invited_to_speak_at is not null)
        when 'invitation' then exists (
          select from invitations i where i.id = o.invitation_id and i.invited_user = u.id and invitation_is_open(i))
        else r.opened_at is not null
          and not exists (select from participants p where p.room_id = r.id and p.user_id = u.id and p.peer_id is not null)
          and (o.kind = 'reminder') = exists (
            select from reminders m where m.room_id = r.id and m.user_id = u.id and m.seen_at is null)
          and case when o.kind = 'reminder' then r.access <> 'invited' or u.id in (select room_readers(r.id))
              else r.host_id = o.by_user and not r.locked
                and exists (select from follows f where f.user_id = u.id and f.followed_id = o.by_user)
                and (r.access = 'open' or exists (select from guests g where g.room_id = r.id and g.user_id = u.id)
                     or (r.access = 'club' and is_member(r.club_id, u.id))) end
      end);
end;

comment on function wants_push(bigint, bigint) is
  'Whether this user is to be notified of this occasion, as things are now: they may see the room, and where somebody they follow opened it, enter it; they are neither there already nor banned; nobody of the two has blocked the other; and they have not switched this kind off.';
