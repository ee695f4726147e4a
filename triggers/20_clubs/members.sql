create or replace trigger _050_set_synchronous_commit before insert or update or delete on members for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on members is 'Commits to this table wait for the disk.';

create or replace function tg_members__guard_add() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  actor_role text := club_role(new.club_id);
begin
  -- The first member is the creator, whom tg_clubs__add_first_owner adds.
  if acting_as_operator() or not exists (select from members m where m.club_id = new.club_id) then
    return new;
  end if;
  -- The user accepts an invitation in this transaction.
  if new.role = 'MEMBER' and new.user_id = acting_user() and exists (
       select from acceptances a join invitations i on i.id = a.invitation_id
       where i.club_id = new.club_id and a.user_id = new.user_id and a.accepted_at = now()) then
    return new;
  end if;
  if actor_role is null or actor_role not in ('OWNER', 'ADMIN') then
    raise insufficient_privilege using
      message    = 'only owners and admins add members to a club',
      constraint = 'members_are_added_by_owners_and_admins',
      hint       = 'Ask an owner or admin of the club.';
  end if;
  if new.role <> 'MEMBER' and actor_role <> 'OWNER' then
    raise insufficient_privilege using
      message    = format('you may not give the role %s', new.role),
      constraint = 'members_role_is_allowed',
      hint       = 'Owners give roles.';
  end if;
  return new;
end
$$;

comment on function tg_members__guard_add() is 'Checks who may add a member to a club, and with which role.';

create or replace trigger _100_guard_add before insert on members
for each row execute function tg_members__guard_add();
comment on trigger _100_guard_add on members is 'Checks who may add whom.';

create or replace function tg_members__keep_owner() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if old.role = 'OWNER' and (tg_op = 'DELETE' or new.role <> 'OWNER') then
    -- Locked, so that two owners who leave at the same time do not both succeed.
    perform from clubs c where c.id = old.club_id for no key update;
    if found and not exists (select from members m
                             where m.club_id = old.club_id and m.role = 'OWNER' and m.user_id <> old.user_id) then
      raise check_violation using
        message    = 'this is the club''s last owner',
        constraint = 'members_last_owner_stays',
        hint       = 'Make another member an owner first.';
    end if;
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;

comment on function tg_members__keep_owner() is 'The last owner cannot leave or get another role, unless the club is deleted.';

create or replace trigger _110_keep_owner before update of role or delete on members
for each row execute function tg_members__keep_owner();
comment on trigger _110_keep_owner on members is 'Keeps the last owner of a club.';

create or replace trigger _120_limit before insert on members
for each row execute function tg_limit('members_are_limited_in_number', '20000', 'club_id');
comment on trigger _120_limit on members is 'At most 20,000 members per club.';

create or replace trigger _130_pace before insert on members
for each row execute function tg_pace('members_are_rate_limited', '300', '1 hour');
comment on trigger _130_pace on members is 'Rate limit: 300 per user in 1 hour.';

create or replace function tg_members__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from invitations i where i.club_id = old.club_id and i.invited_by = old.user_id;
  return null;
end
$$;

comment on function tg_members__withdraw() is 'Deletes the invitations of a member who may no longer invite.';

create or replace trigger _300_withdraw after delete on members
for each row when (old.role <> 'MEMBER') execute function tg_members__withdraw();
comment on trigger _300_withdraw on members is 'Deletes the invitations of owners and admins who leave.';

create or replace trigger _310_withdraw_on_demotion after update of role on members
for each row when (old.role <> 'MEMBER' and new.role = 'MEMBER') execute function tg_members__withdraw();
comment on trigger _310_withdraw_on_demotion on members is 'Deletes the invitations of a member who is no longer owner or admin.';

create or replace trigger _400_notify after insert or update or delete on members
for each row execute function tg_notify_club('club_id');
comment on trigger _400_notify on members is 'Notifies relays that the members of the club have changed.';

create or replace trigger _410_notify_user after insert or delete on members
for each row execute function tg_notify_user();
comment on trigger _410_notify_user on members is 'Notifies relays that the user is a member of other clubs.';
