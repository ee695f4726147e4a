create or replace trigger _050_set_synchronous_commit before insert or update or delete on pushes for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on pushes is 'Commits to this table wait for the disk: what was sent is not sent again after a crash.';
