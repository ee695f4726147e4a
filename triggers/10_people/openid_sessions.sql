create or replace trigger _050_set_synchronous_commit before insert or update or delete on openid_sessions for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on openid_sessions is 'Commits to this table wait for the disk.';
