-- The files of the tables call these functions each time the schema is installed. Both first change the rows that are older
-- than the rule: without triggers, because triggers refuse changes of ended rooms, and because this change does not belong in
-- a log.

create or replace function refuse_bad_names(table_name text, column_name text, noun text, kept_length int default null) returns void
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  rule constant text := table_name || '_' || column_name || '_is_allowed';
  key constant text := (select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                        where i.indrelid = to_regclass('roomtone.' || refuse_bad_names.table_name) and i.indisprimary);
  changed int;
begin
  if not exists (select from pg_constraint c where c.conname = rule and c.connamespace = 'roomtone'::regnamespace) then
    execute format('alter table %I disable trigger user', table_name);
    execute format('update %1$I t set %2$I = case when exists (select from %1$I o where o.%2$I = normalize(t.%2$I, NFC))
                                                  then %3$L || t.%4$I else normalize(t.%2$I, NFC) end
                    where t.%2$I is not nfc normalized', table_name, column_name, noun || ' ', key);
    execute format('update %1$I t set %2$I = %3$L || t.%4$I where name_fault(t.%2$I) is not null',
                   table_name, column_name, noun || ' ', key);
    while kept_length is not null loop -- a new name like 'user 7' may be taken, too: repeat until no two names look alike
      execute format('update %1$I t set %2$I = case when name_fault(left(t.%2$I, $1) || '' '' || t.id) is null
                                                    then left(t.%2$I, $1) || '' '' else %3$L end || t.id
                      where t.id in (select unnest((array_agg(o.id order by o.id))[2:]) from %1$I o group by name_skeleton(o.%2$I))',
                     table_name, column_name, noun || ' ') using kept_length;
      get diagnostics changed = row_count;
      exit when changed = 0;
    end loop;
    execute format('alter table %I enable trigger user', table_name);
  end if;
  execute format('alter table %1$I drop constraint if exists %3$I, add constraint %3$I check (name_fault(%2$I) is null)',
                 table_name, column_name, rule);
  execute format('comment on constraint %2$I on %1$I is %3$L', table_name, rule, 'See name_fault.');
end
$$;

comment on function refuse_bad_names(text, text, text, int) is
  'For the installation: adds the constraint that the names in this column are allowed (name_fault). Older names that are not become the noun and the row''s key. With kept_length, of names that look alike all but the first become as many of their characters and the id.';

create or replace function refuse_hidden_controls(table_name text, column_name text) returns void
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  rule constant text := table_name || '_' || column_name || '_has_no_hidden_controls';
begin
  if not exists (select from pg_constraint c where c.conname = rule and c.connamespace = 'roomtone'::regnamespace) then
    execute format('alter table %I disable trigger user', table_name);
    execute format('update %1$I set %2$I = without_hidden_controls(%2$I) where has_hidden_controls(%2$I)', table_name, column_name);
    execute format('alter table %I enable trigger user', table_name);
  end if;
  execute format('alter table %1$I drop constraint if exists %3$I, add constraint %3$I check (not has_hidden_controls(%2$I))',
                 table_name, column_name, rule);
  execute format('comment on constraint %2$I on %1$I is %3$L', table_name, rule, 'See has_hidden_controls.');
end
$$;

comment on function refuse_hidden_controls(text, text) is
  'For the installation: adds the constraint that the texts in this column have no hidden controls (has_hidden_controls). In older texts they are replaced.';
