create or replace trigger _050_set_synchronous_commit before insert or update or delete on calendar_addresses for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on calendar_addresses is 'Commits to this table wait for the disk.';

create or replace trigger _120_pace before insert on calendar_addresses
for each row execute function tg_pace('calendar_addresses_are_rate_limited', '10', '10 minutes');
comment on trigger _120_pace on calendar_addresses is 'Rate limit: 10 per user in 10 minutes.';
