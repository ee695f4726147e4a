create or replace function relay_deleted_recordings(files text[]) returns setof text
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select r.file from recordings r
  where r.file = any (relay_deleted_recordings.files) and r.deleted_at is not null and not r.of_original
  union
  select d.file from deleted_recordings d
  where d.file = any (relay_deleted_recordings.files) and not d.of_original
    and not exists (select from recordings r where r.file = d.file);
end;

comment on function relay_deleted_recordings(text[]) is
  'Those of these files whose recording was deleted: a row says so. A file without a row is not among them, because it may belong to another database, or to a later state of this one than was restored.';
