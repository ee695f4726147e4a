create or replace function invitations_of(person bigint) returns jsonb
language sql stable
return (
  select coalesce(jsonb_agg(invitation_record(n::invitations) order by n.id), '[]')
  from (
    select distinct on (i.club_id, i.room_id) i.*
    from invitations i left join rooms r on r.id = i.room_id
    where i.invited_user = invitations_of.person and r.ended_at is null and invitation_is_open(i)
    order by i.club_id, i.room_id, i.id desc) n);

comment on function invitations_of(bigint) is 'The open named invitations for one user (invitation_is_open): for each club and room the newest, in the order in which they were made.';
