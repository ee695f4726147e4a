create or replace function relay_rows_since() returns timestamptz
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform notice_copy();
  return (select max(m.noticed_at) from database_marks m);
end
$$;

comment on function relay_rows_since() is
  'Since when the rows live in this database. Another time than before: it was restored from a backup meanwhile, and what a process has read of it is out of date, the key that signs tokens too.';
