create or replace trigger _050_set_synchronous_commit before insert or update or delete on users for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on users is 'Commits to this table wait for the disk.';

create or replace trigger _100_guard_name before insert or update of username on users
for each row execute function tg_guard_name('username');
comment on trigger _100_guard_name on users is 'Stores the name in NFC, or refuses it.';

create or replace trigger _110_guard_text before insert or update of bio on users
for each row execute function tg_guard_text('bio');
comment on trigger _110_guard_text on users is 'Refuses control characters in the bio.';
