create or replace function tg_participants__withdraw() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Invitations by other participants who leave by themselves stay valid.
  if old.role = 'MODERATOR' or tg_op = 'UPDATE'
     or (acting_user() is distinct from old.user_id and coalesce(current_setting('roomtone.leave_reason', true), '') <> 'timeout') then
    perform withdraw_invitations(old.room_id, old.user_id);
  end if;
  return null;
end
$$;

comment on function tg_participants__withdraw() is 'Deletes the invitations that a moderator made who no longer is one, or a participant who was removed.';

create or replace trigger _340_withdraw after delete on participants
for each row execute function tg_participants__withdraw();
comment on trigger _340_withdraw on participants is 'Deletes the invitations of moderators who leave, and of participants who are removed.';

create or replace trigger _350_withdraw_on_demotion after update of role on participants
for each row when (old.role in ('HOST', 'MODERATOR') and new.role not in ('HOST', 'MODERATOR'))
execute function tg_participants__withdraw();
comment on trigger _350_withdraw_on_demotion on participants is 'Deletes the invitations of a participant who no longer moderates.';
