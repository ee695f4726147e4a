-- Rules for names: visible, in one writing direction, and not to be confused with another name (UTS #39, Unicode Security
-- Mechanisms). The tables of users, clubs, rooms and topics check them, and tg_guard_name explains them. Longer texts (bios,
-- descriptions, reasons, messages) may have any characters, except those that change the text around them.

create or replace function name_fault(name text) returns text
language plpgsql immutable parallel safe set search_path = roomtone, pg_temp as $$
declare
  letter text;
  previous_letter text;
  kind text;
  previous text := 'start';
  parts text[];
  direction text := '-';
  script text := '-';
  marks int := 0;
  awaits_picture boolean := false;
  visible boolean := false;
begin
  if name is null or length(name) > 200 or name ~ '^ *$' or name ~ '[\x01-\x1f\x7f]' then
    return null; -- other constraints check that a name is one line, and how long it is
  end if;
  if name ~ '^[!-~]([ -~]*[!-~])?$' then
    return null; -- ASCII alone: Latin, from left to right; the table of all characters takes each new session a while to read
  end if;
  if name is not nfc normalized then
    return 'is not in the composed form of Unicode (NFC)';
  end if;
  foreach letter in array string_to_array(normalize(name, NFD), null) loop
    parts := string_to_array(unicode_kind(letter), ' ');
    kind := parts[1];
    if awaits_picture and kind <> 'picture' then
      return 'has an invisible joiner in a place where it has no effect';
    end if;
    awaits_picture := false;
    if kind = 'invisible' or kind = 'enclosing' then
      return 'has an invisible character, or one that does not belong in a name';
    elsif kind = 'joiner' then
      awaits_picture := previous <> 'virama';
      if awaits_picture and (letter <> U&'\200D' or previous not in ('picture', 'tone', 'style')) then
        return 'has an invisible joiner in a place where it has no effect';
      end if;
    elsif kind = 'style' and previous not in ('picture', 'key') or kind = 'keycap' and previous not in ('key', 'style') then
      return 'has an invisible character';
    elsif kind = 'space' and previous = 'start' then
      return 'begins with a space';
    elsif kind in ('mark', 'virama') then
      if previous in ('start', 'space') then
        return 'has an accent without a letter';
      end if;
      marks := case when previous in ('mark', 'virama') then marks + 1 else 1 end;
      if marks > 4 or letter = previous_letter then
        return 'has too many accents on one letter';
      end if;
    end if;
    if parts[2] <> '-' then
      if direction <> '-' and direction <> parts[2] then
        return 'mixes letters written from left to right and from right to left';
      end if;
      direction := parts[2];
    end if;
    if kind not in ('letter', 'mark', 'virama', 'joiner') then
      script := '-'; -- the next word may be of another script
    elsif parts[3] <> '-' then
      if script <> '-' and script <> parts[3] and not (script in ('Latin', 'CJK') and parts[3] in ('Latin', 'CJK')) then
        return format('mixes letters of %s and %s in one word', script, parts[3]);
      end if;
      script := parts[3];
    end if;
    visible := visible or kind in ('letter', 'picture', 'tone', 'key', 'other');
    previous := kind;
    previous_letter := letter;
  end loop;
  return case
    when awaits_picture then 'has an invisible joiner in a place where it has no effect'
    when previous = 'space' then 'ends with a space'
    when not visible then 'has no visible character' end;
end
$$;

comment on function name_fault(text) is
  'Why a text is not allowed as a name, as the end of a sentence; null if it is allowed. A name is visible, in NFC, in one writing direction, has no word in two scripts and at most four accents on a letter.';

create or replace function name_key(name text) returns text
language sql immutable parallel safe
return case when length(name) <= 1000 then normalize(lower(normalize(name, NFKC)), NFKC) end;

comment on function name_key(text) is 'A key that is equal for all spellings of one name: upper and lower case, composed and decomposed, full-width. Null for a text of more than 1,000 characters, which is nobody''s name, and would take long.';

create or replace function name_skeleton(name text) returns text
language plpgsql immutable parallel safe set search_path = roomtone, pg_temp as $$
declare
  letter text;
  skeleton text := '';
begin
  if name ~ '^[ -~]*$' then -- the entries for ASCII, because to read the whole table takes each new session a while
    skeleton := translate(lower(left(name, 200) collate "C"), '01l|`', 'oiii''');
    skeleton := replace(replace(skeleton, 'm', 'rn'), '6', U&'b\0304');
    return btrim(regexp_replace(replace(replace(skeleton, '"', ''''''), '%', 'o/o'), ' +', ' ', 'g'));
  end if;
  foreach letter in array string_to_array(normalize(left(coalesce(name, ''), 200), NFKD), null) loop
    if split_part(unicode_kind(letter), ' ', 1) not in ('invisible', 'joiner', 'style') then
      skeleton := skeleton || coalesce(unicode_prototypes() ->> letter, letter);
    end if;
  end loop;
  return normalize(btrim(regexp_replace(skeleton, ' +', ' ', 'g')), NFC);
end
$$;

comment on function name_skeleton(text) is
  'A key that is equal for names that look alike (UTS #39, section 4), also in upper and lower case: select name_skeleton(''paypal'') = name_skeleton(''PAYPA1'');';

create or replace function has_hidden_controls(prose text) returns boolean
language sql immutable parallel safe
return prose ~ '[\u0080-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]';

comment on function has_hidden_controls(text) is
  'Whether a text has control characters that change how the text around it is displayed: bidirectional embeddings, overrides and isolates, annotations, C1 controls.';

create or replace function without_hidden_controls(prose text) returns text
language sql immutable parallel safe
return regexp_replace(prose, '[\u0080-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]', U&'\FFFD', 'g');

comment on function without_hidden_controls(text) is 'The text with the replacement character (U+FFFD) for each control character that has_hidden_controls finds.';
