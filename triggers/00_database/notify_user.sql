create or replace function tg_notify_user() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- Only the id, once for each user and transaction: every database user can LISTEN.
  perform pg_notify('roomtone', json_build_object('user', case tg_op when 'DELETE' then old.user_id else new.user_id end)::text);
  return null;
end
$$;

comment on function tg_notify_user() is 'NOTIFY roomtone with {"user": id}: this user follows, belongs to or waits for something else than before, so other rooms may be in their window of the hallway.';
