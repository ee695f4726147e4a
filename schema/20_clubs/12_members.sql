create table if not exists members (
  club_id    bigint not null references clubs on delete cascade,
  user_id    bigint not null references users on delete cascade,
  role       text not null default 'MEMBER'
             constraint members_role_is_known check (role in ('OWNER', 'ADMIN', 'MEMBER')),
  created_at timestamptz not null default now(),
  primary key (club_id, user_id)
);
create index if not exists members_by_user on members (user_id);

comment on table members is 'Which user is a member of which club. Only members start rooms in a club. Following a club is open to everybody (followers).';
comment on column members.club_id is 'The club.';
comment on column members.user_id is 'The member.';
comment on column members.role is
  'OWNER, ADMIN or MEMBER. Owners and admins add and remove members; owners change roles. A club always has an owner.';
comment on column members.created_at is 'Since when they are a member.';
comment on index members_by_user is 'Finds the clubs of a user.';
