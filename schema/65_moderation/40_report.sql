create or replace function report(room_id bigint, username text, reason text) returns bigint
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  reported bigint := require_user(report.username);
  report_id bigint;
begin
  insert into reports (room_id, reported_id, reason) values (report.room_id, reported, report.reason)
  returning id into report_id;
  return report_id;
end
$$;

comment on function report(bigint, text, text) is
  'Report a user to the operator for what they did in a room in which you are or were. The room''s recent log is copied to the report. The user does not learn of it. Returns the report''s id.';
