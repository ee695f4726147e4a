create or replace function relay_kept_recordings(files text[]) returns table (file text, of_original boolean)
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select f, r.file is not null or d.file is not null
  from unnest(relay_kept_recordings.files) f
  left join recordings r on r.file = f
  left join deleted_recordings d on d.file = f
  where case when r.file is not null then r.of_original and r.deleted_at is not null else d.of_original is not false end;
end;

comment on function relay_kept_recordings(text[]) is
  'Those of these files that belong to no recording that exists here, and that relays do not remove. of_original: the recording was deleted here, but the original database made the file. Otherwise no row has named it.';
