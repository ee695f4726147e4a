-- Here, and not in the folder of clubs, because it counts rooms, which are created after clubs.
create or replace view club_directory with (security_barrier) as
select c.id, c.name, c.description, t.name as topic,
       (select u.username from members m join users u on u.id = m.user_id
        where m.club_id = c.id and m.role = 'OWNER' order by m.user_id <> c.owner_id, m.created_at, m.user_id limit 1) as owner,
       (select count(*)::int from members m where m.club_id = c.id) as members,
       (select count(*)::int from followers f where f.club_id = c.id) as followers,
       (select count(*)::int from rooms r
        where r.club_id = c.id and r.ended_at is null and r.opened_at is not null and r.access <> 'invited') as open_rooms,
       exists (select from followers f where f.club_id = c.id and f.user_id = acting_user()) as followed,
       (select m.role from members m where m.club_id = c.id and m.user_id = acting_user()) as my_role
from clubs c
left join topics t on t.id = c.topic_id
order by followed desc, lower(c.name);

comment on view club_directory is 'All clubs; those that the acting user follows come first: select name, topic, members, open_rooms, my_role from club_directory;';
comment on column club_directory.id is 'Id of the club.';
comment on column club_directory.name is 'The club''s name.';
comment on column club_directory.description is 'What the club is for.';
comment on column club_directory.topic is 'The club''s topic.';
comment on column club_directory.owner is 'The name of its owner: its creator, or else the member who has been an owner longest.';
comment on column club_directory.members is 'Number of members.';
comment on column club_directory.followers is 'Number of followers.';
comment on column club_directory.open_rooms is 'Number of its open rooms, without rooms for invited users only.';
comment on column club_directory.followed is 'Whether the acting user follows it.';
comment on column club_directory.my_role is 'The acting user''s role in it: OWNER, ADMIN or MEMBER; null if they are not a member.';
