create or replace trigger _050_set_synchronous_commit before insert or update or delete on topics for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on topics is 'Commits to this table wait for the disk.';

create or replace trigger _100_guard_name before insert or update of name on topics
for each row execute function tg_guard_name('name');
comment on trigger _100_guard_name on topics is 'Stores the name in NFC, or refuses it.';
