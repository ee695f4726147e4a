create or replace view club_roster with (security_barrier) as
select m.club_id, m.user_id, u.username, m.role, m.created_at as since
from members m
join users u on u.id = m.user_id
order by m.club_id, array_position(array['OWNER', 'ADMIN', 'MEMBER'], m.role), lower(u.username);

comment on view club_roster is 'The members of each club, owners first: select username, role, since from club_roster where club_id = 1;';
comment on column club_roster.club_id is 'The club.';
comment on column club_roster.user_id is 'The member.';
comment on column club_roster.username is 'Their name.';
comment on column club_roster.role is 'OWNER, ADMIN or MEMBER.';
comment on column club_roster.since is 'Since when they are a member.';
