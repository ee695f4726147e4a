create or replace function delete_caption(caption_id bigint) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from captions c
  where c.id = delete_caption.caption_id
    and (c.user_id = acting_user() or may_moderate(c.room_id)
         or exists (select from recordings r where r.id = c.recording_id and r.started_by = acting_user()));
  if not found then
    -- The same for captions of rooms that the user knows nothing of.
    raise no_data_found using
      message    = format('there is no caption %s that you may delete', coalesce(delete_caption.caption_id::text, 'without an id')),
      constraint = 'captions_is_known',
      hint       = 'Captions are deleted by their speaker, by host and moderators of the room, and by who started the recording that keeps them.';
  end if;
end
$$;

comment on function delete_caption(bigint) is
  'Delete a caption, however old: as its speaker, as host or moderator of its room, also when the room has ended, and as who started the recording that keeps it.';
