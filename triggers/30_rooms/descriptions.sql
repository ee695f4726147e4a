create or replace trigger _165_guard_description before insert or update of description on rooms
for each row when (new.description is not null) execute function tg_guard_text('description', '500', 'a description');
comment on trigger _165_guard_description on rooms is 'Refuses a description that is blank or too long, or has control characters.';
