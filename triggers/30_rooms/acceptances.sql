create or replace trigger _050_set_synchronous_commit before insert or update or delete on acceptances for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on acceptances is 'Commits to this table wait for the disk.';

create or replace trigger _100_limit before insert on acceptances
for each row execute function tg_limit('acceptances_are_limited_in_number', '5000', 'user_id');
comment on trigger _100_limit on acceptances is 'At most 5,000 accepted invitations per user.';

create or replace trigger _110_pace before insert on acceptances
for each row execute function tg_pace('acceptances_are_rate_limited', '60', '1 hour');
comment on trigger _110_pace on acceptances is 'Rate limit: 60 per user in 1 hour.';
