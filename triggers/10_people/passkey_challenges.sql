create or replace trigger _050_set_synchronous_commit before insert or update or delete on passkey_challenges for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on passkey_challenges is 'Commits to this table wait for the disk.';
