-- A trigger on recordings: a recording keeps the captions of what it recorded.

create or replace function tg_recordings__release_captions() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  update captions c set recording_id = null where c.recording_id = new.id;
  return null;
end
$$;

comment on function tg_recordings__release_captions() is 'A deleted recording keeps no captions: they are deleted like others, when they are two hours old.';

create or replace trigger _310_release_captions after update of deleted_at on recordings
for each row when (new.deleted_at is not null) execute function tg_recordings__release_captions();
comment on trigger _310_release_captions on recordings is 'Keeps no captions of a deleted recording.';
