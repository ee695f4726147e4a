create or replace function is_site_moderator() returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from users u where u.id = acting_user() and u.site_moderator
    and (not u.moderator_by_claim or exists (select from openid_sessions o where o.user_id = u.id and o.expires_at > now())));

comment on function is_site_moderator() is 'Whether the acting user is a site moderator (users.site_moderator); by a claim, only while a session that began at the issuer lasts.';
