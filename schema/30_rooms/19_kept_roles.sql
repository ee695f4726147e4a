create table if not exists kept_roles (
  room_id        bigint not null references rooms on delete cascade,
  user_id        bigint not null references users on delete cascade,
  role           text not null
                 constraint kept_roles_role_is_known check (role in ('MODERATOR', 'SPEAKER', 'AUDIENCE')),
  hand_raised_at timestamptz
                 constraint kept_roles_only_the_audience_raises_hands check (hand_raised_at is null or role = 'AUDIENCE'),
  expires_at     timestamptz not null,
  primary key (room_id, user_id)
);
create index if not exists kept_roles_by_user on kept_roles (user_id);
create index if not exists kept_roles_by_end on kept_roles (expires_at);

comment on table kept_roles is
  'The roles of participants whose connection was lost for longer than the grace period: until expires_at they join the room again in this role, with this place in the queue of hands, also if the room is locked. A user who leaves, is removed or is banned has none, unless the removal is undone (undo_removal). Host and moderators may DELETE it; then the user joins like everybody else.';
comment on column kept_roles.room_id is 'The room.';
comment on column kept_roles.user_id is 'The user who lost the seat.';
comment on column kept_roles.role is 'The role they come back in. A host whose room was handed over meanwhile comes back as MODERATOR.';
comment on column kept_roles.hand_raised_at is 'Since when their hand was raised; null: it was not.';
comment on column kept_roles.expires_at is 'When it is not kept any more; how long it is kept is a setting of the relay (role_kept).';
comment on constraint kept_roles_only_the_audience_raises_hands on kept_roles is 'Participants on stage may speak without asking.';
comment on index kept_roles_by_user is 'Finds the roles of a user who is deleted.';
comment on index kept_roles_by_end is 'Finds the kept roles that have expired.';
