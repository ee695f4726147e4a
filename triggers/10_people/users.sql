create or replace trigger _100_guard_name before insert or update of username on users
for each row execute function tg_guard_name('username');
comment on trigger _100_guard_name on users is 'Composes the name, or refuses it.';

create or replace trigger _110_guard_text before insert or update of bio on users
for each row execute function tg_guard_text('bio');
comment on trigger _110_guard_text on users is 'Refuses a bio that would change the page around it.';

create or replace trigger _200_set_synchronous_commit before insert or update or delete on users for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on users is 'What is acknowledged here survives a crash.';
