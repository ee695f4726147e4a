create or replace trigger _050_set_asynchronous_commit before insert or update or delete on captions for each statement execute function tg_set_asynchronous_commit();
comment on trigger _050_set_asynchronous_commit on captions is 'Commits of captions do not wait for the disk.';

create or replace function tg_captions__guard() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if new.text is null or new.text !~ '\S' or length(new.text) > 500 or new.text ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a caption is one line of 1 to 500 characters',
      constraint = 'captions_text_is_text',
      hint       = 'Begin another caption with the next words.';
  end if;
  perform require_captions(new.room_id, new.user_id);
  new.changed_at := clock_timestamp();
  if tg_op = 'UPDATE' then
    if old.final or old.started_at < new.changed_at - interval '1 minute' then
      raise check_violation using
        message    = case when old.final then 'this caption is complete' else 'this caption is older than a minute' end,
        constraint = 'captions_stay_final',
        hint       = 'Begin another caption. You may delete this one.';
    end if;
    return new;
  end if;
  if not acting_as_operator() then
    if (select p.muted from participants p where p.room_id = new.room_id and p.user_id = new.user_id) then
      raise check_violation using
        message    = 'your microphone is off, so you say nothing that could have captions',
        constraint = 'captions_speaker_is_heard',
        hint       = 'Switch your microphone on. In the chat you can write: select say(…).';
    end if;
    new.started_at := new.changed_at;
  end if;
  new.started_at := greatest(least(new.started_at, new.changed_at), new.changed_at - interval '1 minute');
  new.recording_id := (select r.id from recordings r where r.room_id = new.room_id and r.started_at is not null and r.ended_at is null);
  return new;
end
$$;

comment on function tg_captions__guard() is
  'Checks that the room and the speaker agree, that the speaker''s microphone is on when a caption begins, and that a caption is corrected only for a minute and until it is final. Stores when it was changed, and which recording keeps it.';

create or replace trigger _100_guard before insert or update of text, final on captions
for each row execute function tg_captions__guard();
comment on trigger _100_guard on captions is 'Decides whether a caption may be written.';

create or replace trigger _110_guard_text before insert or update of text on captions
for each row execute function tg_guard_text('text');
comment on trigger _110_guard_text on captions is 'Refuses control characters in the words.';

create or replace trigger _120_limit before insert on captions
for each row execute function tg_limit('captions_are_limited_in_number', '10000', 'user_id', 't.recording_id is null');
comment on trigger _120_limit on captions is 'At most 10,000 captions per user that no recording keeps.';

create or replace trigger _130_pace before insert on captions
for each row execute function tg_pace('captions_are_rate_limited', '20', '10 seconds', 'in a room');
comment on trigger _130_pace on captions is 'Rate limit: 20 per user and room in 10 seconds.';

drop trigger if exists _490_pace_changes on captions;
create constraint trigger _490_pace_changes after update of text, final on captions
deferrable initially deferred for each row
execute function tg_pace('captions_changes_are_rate_limited', '40', '10 seconds', 'in a room', 'corrections of captions');
comment on trigger _490_pace_changes on captions is 'Rate limit: 40 corrections by one user in 10 seconds, in each room, because each is sent to everybody there.';

-- Not where the room or the speaker is deleted, which deletes all.
create or replace trigger _140_pace_deletions before delete on captions
for each row when (pg_trigger_depth() = 0)
execute function tg_pace('captions_deletions_are_rate_limited', '20', '10 seconds', 'in a room', 'deletions of captions');
comment on trigger _140_pace_deletions on captions is
  'Rate limit: 20 deletions by one user in 10 seconds, in each room, and so also in one statement: each is several events, written while nobody else can write to the log.';

create or replace function tg_captions__log() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  written bigint;
begin
  if tg_op = 'DELETE' then
    -- An event for each with its words, because relays take back one at a time (relay_read). Without the words.
    for written in
      update events e set taken_back_at = clock_timestamp()
      where e.room_id = old.room_id and e.table_name = 'captions' and e.type <> 'DELETE' and (e.record ->> 'id')::bigint = old.id
      returning e.seq
    loop
      perform append_event(old.room_id, 'captions', 'DELETE', null, caption_record(old) - 'text' || jsonb_build_object('taken_back_seq', written));
    end loop;
    -- The log may reach back less far than the pages that show it.
    if not found then
      perform append_event(old.room_id, 'captions', 'DELETE', null, caption_record(old) - 'text');
    end if;
  else
    -- Of what was corrected only the id: the words are in an event before.
    perform append_event(new.room_id, 'captions', tg_op, caption_record(new), case when tg_op = 'UPDATE' then jsonb_build_object('id', old.id) end);
    -- Checked again with the lock on the log: captions may have been switched off while this transaction was open.
    perform require_captions(new.room_id, new.user_id);
  end if;
  return null;
end
$$;

comment on function tg_captions__log() is 'Logs a caption and its corrections for all participants. When it is deleted, hides the events with its words, and logs for each that it is taken back; at least once.';

drop trigger if exists _500_log on captions;
create constraint trigger _500_log after insert on captions
deferrable initially deferred for each row execute function tg_captions__log();
comment on trigger _500_log on captions is 'At commit, logs the caption.';

drop trigger if exists _510_log_change on captions;
create constraint trigger _510_log_change after update of text, final on captions
deferrable initially deferred for each row execute function tg_captions__log();
comment on trigger _510_log_change on captions is 'At commit, logs the correction; not that a recording no longer keeps it.';

-- Older ones are no longer in the log, nor on any page; relay_delete_old_rows deletes many of them.
drop trigger if exists _520_log_deletion on captions;
create constraint trigger _520_log_deletion after delete on captions
deferrable initially deferred for each row when (old.changed_at > now() - interval '2 hours') execute function tg_captions__log();
comment on trigger _520_log_deletion on captions is 'At commit, logs that a caption of the last two hours was deleted.';
