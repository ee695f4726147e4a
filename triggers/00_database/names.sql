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

create or replace function tg_guard_text() returns trigger
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

comment on function tg_guard_text() is 'Refuses in words what has_hidden_controls finds in the column it is given.';
