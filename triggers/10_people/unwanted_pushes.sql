create or replace trigger _050_set_synchronous_commit before insert or update or delete on unwanted_pushes for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on unwanted_pushes is 'Commits to this table wait for the disk.';

create or replace trigger _100_limit before insert on unwanted_pushes
for each row execute function tg_limit('unwanted_pushes_are_limited_in_number', '10', 'user_id');
comment on trigger _100_limit on unwanted_pushes is 'At most 10 per user, which is more than there are kinds.';

create or replace trigger _110_pace before insert on unwanted_pushes
for each row execute function tg_pace('unwanted_pushes_are_rate_limited', '60', '10 minutes');
comment on trigger _110_pace on unwanted_pushes is 'Rate limit: 60 per user in 10 minutes.';
