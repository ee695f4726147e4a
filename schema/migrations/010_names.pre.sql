-- From release 0.1.0: what had other names. Its relays use no names
-- of these tables and columns; for the functions that they call see 020_functions_of_0_1_0.pre.sql.

do $$
declare
  old record;
begin
  if to_regnamespace('roomtone') is null then
    return;
  end if;
  -- Triggers and their functions: all of them, whatever they were called. The files in triggers/ create them again.
  for old in
    select t.tgname, t.tgrelid::regclass as on_table from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where p.pronamespace = 'roomtone'::regnamespace and not t.tgisinternal and t.tgname ~ '^_[0-9]{3}_'
  loop
    execute format('drop trigger %I on %s', old.tgname, old.on_table);
  end loop;
  for old in
    select p.oid::regprocedure as function from pg_proc p
    where p.pronamespace = 'roomtone'::regnamespace and p.prorettype = 'trigger'::regtype and p.proname ~ '^tg_'
      and not exists (select from pg_trigger t where t.tgfoid = p.oid)
  loop
    execute format('drop function %s', old.function);
  end loop;
  -- Columns.
  for old in
    select * from (values ('participants', 'lapses_at', 'expires_at'), ('participants', 'followed_by', 'served_by')
                  ) as renamed (table_name, old_name, new_name)
    where exists (select from pg_attribute a
                  where a.attrelid = to_regclass('roomtone.' || table_name) and a.attname = old_name and not a.attisdropped)
  loop
    execute format('alter table roomtone.%I rename column %I to %I', old.table_name, old.old_name, old.new_name);
  end loop;
  -- Constraints.
  for old in
    select * from (values
      ('clubs', 'clubs_description_stays_in_its_place', 'clubs_description_has_no_hidden_controls'),
      ('clubs', 'clubs_name_is_a_name', 'clubs_name_is_allowed'),
      ('invitations', 'invitations_are_to_one_place', 'invitations_are_to_a_club_or_a_room'),
      ('invitations', 'invitations_have_uses', 'invitations_max_uses_is_positive'),
      ('invitations', 'invitations_not_to_oneself', 'invitations_not_to_yourself'),
      ('invitations', 'invitations_uses_are_counted', 'invitations_uses_are_within_max_uses'),
      ('messages', 'messages_body_stays_in_its_place', 'messages_body_has_no_hidden_controls'),
      ('participants', 'participants_only_the_host_stays', 'participants_only_the_host_may_be_away'),
      ('recordings', 'recordings_end_before_they_go', 'recordings_deleted_ones_have_ended'),
      ('recordings', 'recordings_file_is_a_name', 'recordings_file_is_a_file_name'),
      ('recordings', 'recordings_file_is_their_own', 'recordings_file_is_unique'),
      ('recordings', 'recordings_have_a_size', 'recordings_bytes_are_not_negative'),
      ('recordings', 'recordings_last_some_time', 'recordings_duration_is_not_negative'),
      ('reports', 'reports_reason_stays_in_its_place', 'reports_reason_has_no_hidden_controls'),
      ('rooms', 'rooms_ended_reason_stays_in_its_place', 'rooms_ended_reason_has_no_hidden_controls'),
      ('rooms', 'rooms_name_is_a_name', 'rooms_name_is_allowed'),
      ('rooms', 'rooms_pinned_link_is_web', 'rooms_pinned_link_is_a_web_address'),
      ('rooms', 'rooms_pinned_link_stays_in_its_place', 'rooms_pinned_link_has_no_hidden_controls'),
      ('topics', 'topics_name_is_a_name', 'topics_name_is_allowed'),
      ('users', 'users_bio_stays_in_its_place', 'users_bio_has_no_hidden_controls'),
      ('users', 'users_username_is_a_name', 'users_username_is_allowed')
    ) as renamed (table_name, old_name, new_name)
    where exists (select from pg_constraint c
                  where c.conrelid = to_regclass('roomtone.' || table_name) and c.conname = old_name)
  loop
    execute format('alter table roomtone.%I rename constraint %I to %I', old.table_name, old.old_name, old.new_name);
  end loop;
  -- A function that others depend on. Functions on which none depends are dropped below.
  for old in
    select p.oid::regprocedure as function from pg_proc p
    where p.pronamespace = 'roomtone'::regnamespace and p.proname in ('invitation_reaches', 'invitation_has_effect')
  loop
    execute format('alter function %s rename to invitation_is_open', old.function);
  end loop;
end
$$;

-- Indexes.
alter index if exists roomtone.recordings_by_part rename to recordings_by_continued;
