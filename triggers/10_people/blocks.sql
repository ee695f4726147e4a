create or replace trigger _100_limit before insert on blocks
for each row execute function tg_limit('blocks_are_bounded', '2000', 'user_id');
comment on trigger _100_limit on blocks is '2000 blocks of one user at once.';

create or replace trigger _110_pace before insert on blocks
for each row execute function tg_pace('blocks_come_slowly', '100', '10 minutes');
comment on trigger _110_pace on blocks is '100 of one user in 10 minutes.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on blocks for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on blocks is 'What is acknowledged here survives a crash.';
