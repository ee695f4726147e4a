create or replace function report(room_id bigint, username text, reason text) returns bigint
language plpgsql as $$
declare
  somebody bigint := require_user(report.username);
  report_id bigint;
begin
  insert into reports (room_id, reported_id, reason) values (report.room_id, somebody, report.reason)
  returning id into report_id;
  return report_id;
end
$$;

comment on function report(bigint, text, text) is
  'Tell the operator what somebody did in a room you are or were in, with the room''s recent log; they are not told. Returns the report''s id.';
