create or replace function adopt_recordings() returns bigint
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  adopted bigint;
begin
  update deleted_recordings d set of_original = false where d.of_original;
  update recordings r set of_original = false where r.of_original;
  get diagnostics adopted = row_count;
  return adopted;
end
$$;

comment on function adopt_recordings() is
  'For the operator of a restored database that replaces its original: from now on its relays remove the files of recordings that are deleted here, also of those that the original made. Returns the number of recordings.';
