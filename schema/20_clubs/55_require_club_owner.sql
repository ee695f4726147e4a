create or replace function require_club_owner(club_id bigint) returns void
language plpgsql stable as $$
begin
  -- Without this check a DELETE or UPDATE of rows that the user may not change would silently change nothing.
  if not roomtone.acting_as_operator() and roomtone.club_role(require_club_owner.club_id) is distinct from 'OWNER' then
    raise insufficient_privilege using
      message    = 'only an owner of the club may do this',
      constraint = 'clubs_only_owners_change_them',
      hint       = 'Ask an owner: select owner from club_directory where id = …;';
  end if;
end
$$;

comment on function require_club_owner(bigint) is 'Raises clubs_only_owners_change_them unless the acting user is an owner of the club, or an operator.';
