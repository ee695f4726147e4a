create or replace trigger _050_set_synchronous_commit before insert or update or delete on followers for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on followers is 'Commits to this table wait for the disk.';

create or replace trigger _100_limit before insert on followers
for each row execute function tg_limit('followers_are_limited_in_number', '2000', 'user_id');
comment on trigger _100_limit on followers is 'At most 2,000 followed clubs per user.';

create or replace trigger _110_pace before insert on followers
for each row execute function tg_pace('followers_are_rate_limited', '200', '10 minutes');
comment on trigger _110_pace on followers is 'Rate limit: 200 per user in 10 minutes.';

create or replace trigger _400_notify after insert or update or delete on followers
for each row execute function tg_notify_club('club_id');
comment on trigger _400_notify on followers is 'Notifies relays that the followers of the club have changed.';

create or replace trigger _410_notify_user after insert or delete on followers
for each row execute function tg_notify_user();
comment on trigger _410_notify_user on followers is 'Notifies relays that the user follows other clubs.';
