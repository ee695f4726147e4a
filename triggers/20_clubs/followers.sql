create or replace trigger _100_limit before insert on followers
for each row execute function tg_limit('followers_are_bounded', '2000', 'user_id');
comment on trigger _100_limit on followers is '2000 clubs that one user follows at once.';

create or replace trigger _110_pace before insert on followers
for each row execute function tg_pace('followers_come_slowly', '200', '10 minutes');
comment on trigger _110_pace on followers is '200 of one user in 10 minutes.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on followers for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on followers is 'What is acknowledged here survives a crash.';
