create or replace function user_to_disable(username text) returns bigint
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  found_id constant bigint := require_user(user_to_disable.username);
begin
  if not (acting_as_operator() or is_site_moderator()) then
    raise insufficient_privilege using
      message    = 'only site moderators and the operator disable users',
      constraint = 'users_only_site_moderators_disable',
      hint       = 'Report the user: select report(…).';
  elsif not acting_as_operator() and exists (select from users u where u.id = found_id and u.site_moderator) then
    raise insufficient_privilege using
      message    = 'only the operator disables a site moderator',
      constraint = 'users_only_operators_disable_site_moderators',
      hint       = 'Ask who runs this site.';
  end if;
  return found_id;
end
$$;

comment on function user_to_disable(text) is
  'The id of the user with this name, whom the acting user may disable and enable. Raises unless a site moderator or an operator acts.';
