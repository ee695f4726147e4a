-- Names are stored composed (NFC), and refused with what is wrong with them. The constraints say the same.

create or replace function tg_guard_name() returns trigger
language plpgsql as $$
declare
  name text := normalize(to_jsonb(new) ->> tg_argv[0], NFC);
  fault text := name_fault(name);
begin
  if fault is not null then
    raise check_violation using
      message    = format('this name %s', fault),
      constraint = tg_table_name || '_' || tg_argv[0] || '_is_a_name',
      hint       = 'Write it with letters of one script, digits, signs and emoji that everybody can see.';
  end if;
  if name is distinct from to_jsonb(new) ->> tg_argv[0] then
    new := jsonb_populate_record(new, jsonb_build_object(tg_argv[0], name));
  end if;
  return new;
end
$$;

comment on function tg_guard_name() is 'Composes the name in the column it is given, and refuses in words what name_fault does.';

create or replace function tg_guard_prose() returns trigger
language plpgsql as $$
begin
  if has_hidden_controls(to_jsonb(new) ->> tg_argv[0]) then
    raise check_violation using
      message    = 'this text has characters that would turn around what stands beside it',
      constraint = tg_table_name || '_' || tg_argv[0] || '_stays_in_its_place',
      hint       = 'Leave out U+202A to U+202E and U+2066 to U+2069.';
  end if;
  return new;
end
$$;

comment on function tg_guard_prose() is 'Refuses in words what has_hidden_controls finds in the column it is given.';

create or replace trigger _100_guard_name before insert or update of username on users
for each row execute function tg_guard_name('username');
comment on trigger _100_guard_name on users is 'Composes the name, or refuses it.';
create or replace trigger _100_guard_name before insert or update of name on clubs
for each row execute function tg_guard_name('name');
comment on trigger _100_guard_name on clubs is 'Composes the name, or refuses it.';
create or replace trigger _100_guard_name before insert or update of name on rooms
for each row execute function tg_guard_name('name');
comment on trigger _100_guard_name on rooms is 'Composes the name, or refuses it.';
create or replace trigger _100_guard_name before insert or update of name on topics
for each row execute function tg_guard_name('name');
comment on trigger _100_guard_name on topics is 'Composes the name, or refuses it.';

create or replace trigger _100_guard_prose before insert or update of bio on users
for each row execute function tg_guard_prose('bio');
comment on trigger _100_guard_prose on users is 'Refuses a bio that would change the page around it.';
create or replace trigger _100_guard_prose before insert or update of description on clubs
for each row execute function tg_guard_prose('description');
comment on trigger _100_guard_prose on clubs is 'Refuses a description that would change the page around it.';
create or replace trigger _100_guard_prose before insert or update of ended_reason on rooms
for each row execute function tg_guard_prose('ended_reason');
comment on trigger _100_guard_prose on rooms is 'Refuses a reason that would change the page around it.';
create or replace trigger _100_guard_link before insert or update of pinned_link on rooms
for each row execute function tg_guard_prose('pinned_link');
comment on trigger _100_guard_link on rooms is 'Refuses a link that would change the page around it.';
create or replace trigger _100_guard_prose before insert on messages
for each row execute function tg_guard_prose('body');
comment on trigger _100_guard_prose on messages is 'Refuses a message that would change the page around it.';
create or replace trigger _100_guard_prose before insert on reports
for each row execute function tg_guard_prose('reason');
comment on trigger _100_guard_prose on reports is 'Refuses a reason that would change the page around it.';
