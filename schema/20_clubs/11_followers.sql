create table if not exists followers (
  user_id    bigint not null default acting_user() references users on delete cascade,
  club_id    bigint not null references clubs on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, club_id)
);
create index if not exists followers_by_club on followers (club_id);

comment on table followers is 'Which user follows which club. Rooms of followed clubs come first in the hallway.';
comment on column followers.user_id is 'The user who follows; the acting user by default.';
comment on column followers.club_id is 'The followed club.';
comment on column followers.created_at is 'Since when the user follows it.';
comment on index followers_by_club is 'Counts a club''s followers.';
