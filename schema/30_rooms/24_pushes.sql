create table if not exists pushes (
  occasion_id     bigint not null references push_occasions on delete cascade,
  subscription_id bigint not null references push_subscriptions on delete cascade,
  attempts        int not null default 0,
  due_at          timestamptz not null default now(),
  primary key (subscription_id, occasion_id)
);
create index if not exists pushes_by_occasion on pushes (occasion_id);
create index if not exists pushes_due on pushes (due_at);

comment on table pushes is 'Notifications that are to be sent to browsers. A row is deleted when its push service has taken the message, and after six attempts.';
comment on column pushes.occasion_id is 'What it tells.';
comment on column pushes.subscription_id is 'The browser.';
comment on column pushes.attempts is 'How often a relay has begun to send it.';
comment on column pushes.due_at is 'When it is to be sent. A relay that sends it sets this ahead, so that no other sends it meanwhile, and another does if that relay ends.';
comment on index pushes_by_occasion is 'Finds the notifications of an occasion.';
comment on index pushes_due is 'Finds what is to be sent.';
