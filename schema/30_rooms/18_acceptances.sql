create table if not exists acceptances (
  invitation_id bigint not null references invitations on delete cascade,
  user_id       bigint not null references users on delete cascade,
  accepted_at   timestamptz not null default now(),
  primary key (invitation_id, user_id)
);
create index if not exists acceptances_by_user on acceptances (user_id);

comment on table acceptances is 'Which user accepted which invitation; each user once.';
comment on column acceptances.invitation_id is 'The invitation.';
comment on column acceptances.user_id is 'The user who accepted it.';
comment on column acceptances.accepted_at is 'When they accepted it.';
comment on index acceptances_by_user is 'Finds what a user accepted.';
