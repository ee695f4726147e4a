-- Names are stored in NFC. A name that breaks a rule is refused with an explanation; the constraints check the same rules.

create or replace function tg_guard_name() returns trigger
language plpgsql as $$
declare
  name text := normalize(to_jsonb(new) ->> tg_argv[0], NFC);
  fault text := roomtone.name_fault(name);
begin
  if fault is not null then
    raise check_violation using
      message    = format('this name %s', fault),
      constraint = tg_table_name || '_' || tg_argv[0] || '_is_allowed',
      hint       = 'Use letters of one script, digits, visible signs and emoji.';
  end if;
  if tg_nargs > 1 and (name is null or name !~ '\S' or length(name) > tg_argv[1]::int or name ~ '[[:cntrl:]]') then
    raise check_violation using
      message    = format('%s is one line of 1 to %s characters', tg_argv[2], tg_argv[1]),
      constraint = tg_table_name || '_' || tg_argv[0] || '_is_text';
  end if;
  if name is distinct from to_jsonb(new) ->> tg_argv[0] then
    new := jsonb_populate_record(new, jsonb_build_object(tg_argv[0], name));
  end if;
  return new;
end
$$;

comment on function tg_guard_name() is 'Converts the name in the given column to NFC, and refuses it if name_fault finds a fault; also if it is no line of at most so many characters, where that and what it is are given.';

create or replace function tg_guard_text() returns trigger
language plpgsql as $$
declare
  prose text := to_jsonb(new) ->> tg_argv[0];
begin
  if roomtone.has_hidden_controls(prose) then
    raise check_violation using
      message    = 'this text has control characters that change the text around it',
      constraint = tg_table_name || '_' || tg_argv[0] || '_has_no_hidden_controls',
      hint       = 'Remove U+202A to U+202E and U+2066 to U+2069.';
  end if;
  if tg_nargs > 1 and (prose !~ '\S' or length(prose) > tg_argv[1]::int or prose ~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]') then
    raise check_violation using
      message    = format('%s has 1 to %s characters, and no control characters', tg_argv[2], tg_argv[1]),
      constraint = tg_table_name || '_' || tg_argv[0] || '_is_text',
      hint       = format('Without a %s it is null.', tg_argv[0]);
  end if;
  return new;
end
$$;

comment on function tg_guard_text() is 'Refuses control characters that has_hidden_controls finds in the given column; also a text that is blank, or longer than so many characters, where that and what it is are given.';
