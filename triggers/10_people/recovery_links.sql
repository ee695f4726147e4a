create or replace trigger _050_set_synchronous_commit before insert or update or delete on recovery_links for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on recovery_links is 'Commits to this table wait for the disk.';

create or replace trigger _110_refuse_disabled_user before insert on recovery_links
for each row execute function tg_refuse_disabled_user();
comment on trigger _110_refuse_disabled_user on recovery_links is 'A disabled user gets none.';
