create or replace function relay_deleted_recordings(files text[]) returns setof text
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select f from unnest(relay_deleted_recordings.files) f
  where starts_with(f, recording_file_prefix())
    and not exists (select from recordings r where r.file = f and r.deleted_at is null);
end;

comment on function relay_deleted_recordings(text[]) is 'Those of these files that belong to this database, and to no recording that still exists.';
