create or replace trigger _200_set_synchronous_commit before insert or update or delete on revoked_tokens for each statement execute function tg_set_synchronous_commit();
comment on trigger _200_set_synchronous_commit on revoked_tokens is 'What is acknowledged here survives a crash.';
create or replace function tg_revoked_tokens__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- A pointer that gives no token away: whoever uses one of this mark asks whether it was meant.
  perform pg_notify('roomtone', json_build_object('signed_out', md5(new.jti))::text);
  return null;
end
$$;

comment on function tg_revoked_tokens__notify() is 'Rings the bell: NOTIFY roomtone with {"signed_out": md5 of the token''s id}.';

create or replace trigger _900_notify after insert on revoked_tokens
for each row execute function tg_revoked_tokens__notify();
comment on trigger _900_notify on revoked_tokens is 'Every relay ends what is followed with this token.';
