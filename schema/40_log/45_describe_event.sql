create or replace function describe_event(event events) returns text
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  new jsonb := event.record;
  old jsonb := event.old_record;
  username text := coalesce(new ->> 'username', old ->> 'username');
  actor text := (select u.username from users u where u.id = event.actor);
  other boolean := event.actor is distinct from (coalesce(new, old) ->> 'user_id')::bigint;
begin
  return case event.table_name || ' ' || event.type
    when 'speakers INSERT' then case when new -> 'users' = '[]' then 'nobody speaks' else
      (select string_agg(u.username, ', ' order by n) from jsonb_array_elements_text(new -> 'users') with ordinality s (id, n) join users u on u.id = s.id::bigint)
      || case jsonb_array_length(new -> 'users') when 1 then ' speaks' else ' speak' end end
    when 'participants INSERT' then format('%s joins as %s', username, new ->> 'role')
    when 'participants DELETE' then case
      when event.reason = 'timeout' then format('%s loses the connection', username)
      when event.reason = 'room ended' then format('%s leaves, the room has ended', username)
      when event.reason = 'removed' then format('%s removes %s', coalesce(actor, 'the operator'), username)
      else format('%s leaves', username) end
    when 'participants UPDATE' then username || ' ' || coalesce(case when new = old then 'is listed again' end, nullif(concat_ws(', ',
      case
        when new ->> 'peer_id' is null and old ->> 'peer_id' is not null then 'leaves, and keeps the seat'
        when old ->> 'peer_id' is null and new ->> 'peer_id' is not null then 'returns'
        when new ->> 'peer_id' is distinct from old ->> 'peer_id' then 'joins again' end,
      case when new ->> 'role' is distinct from old ->> 'role' then 'becomes ' || (new ->> 'role')
        || case when other then ' by ' || coalesce(actor, 'the operator')
                when old ->> 'invited_to_speak_at' is not null and new ->> 'role' <> 'AUDIENCE' then ' by invitation'
                else '' end end,
      case when new ->> 'signing_key' is not null and old ->> 'signing_key' is null then 'has keys for encrypted audio' end,
      case
        when new ->> 'hand_raised_at' is not null and old ->> 'hand_raised_at' is null then 'raises a hand'
        when new ->> 'hand_raised_at' is null and old ->> 'hand_raised_at' is not null
          and new ->> 'role' = 'AUDIENCE' then 'no longer raises a hand' end,
      case
        when new ->> 'invited_to_speak_at' is not null and old ->> 'invited_to_speak_at' is null
          then 'is invited to speak by ' || coalesce(actor, 'the operator')
        when old ->> 'invited_to_speak_at' is null or new ->> 'invited_to_speak_at' is not null
          or new ->> 'role' <> 'AUDIENCE' then null
        when other then 'is no longer invited to speak'
        else 'declines the invitation to speak' end,
      case
        when new ->> 'asked_to_unmute_at' is not null and old ->> 'asked_to_unmute_at' is null
          then 'is asked by ' || coalesce(actor, 'the operator') || ' to switch the microphone on'
        when new ->> 'asked_to_unmute_at' is null and old ->> 'asked_to_unmute_at' is not null
          and new ->> 'muted' = 'true' and new ->> 'role' <> 'AUDIENCE' and not other then 'stays muted' end,
      case
        when new ->> 'peer_id' is distinct from old ->> 'peer_id' or new ->> 'muted' = old ->> 'muted' then null
        when new ->> 'muted' = 'false' then 'switches the microphone on'
        when other then 'is muted by ' || coalesce(actor, 'the operator')
        else 'switches the microphone off' end,
      case
        when new ->> 'captioned_by' is not distinct from old ->> 'captioned_by' or new ->> 'peer_id' is distinct from old ->> 'peer_id' then null
        when new ->> 'captioned_by' is not null then 'agrees to captions'
        when other then 'no longer has captions, by ' || coalesce(actor, 'the operator')
        else 'no longer has captions' end), ''), 'changes')
    when 'rooms INSERT' then format(case when new -> 'opened_at' = 'null' then '%s schedules the room' else '%s opens the room' end, new ->> 'host')
    when 'rooms UPDATE' then case
      when new ->> 'ended_at' is not null and old ->> 'ended_at' is null then 'the room ends' || coalesce(': ' || (new ->> 'ended_reason'), '')
      when new ->> 'opened_at' is not null and old ->> 'opened_at' is null then 'the room opens'
      when new ->> 'roster' is distinct from old ->> 'roster' then
        case new ->> 'roster' when 'counted' then 'the audience is counted from now on' else 'the audience is listed again' end
      when new ->> 'host_id' is distinct from old ->> 'host_id' then format('%s is the host now', new ->> 'host')
      when new -> 'co_host_ids' is distinct from old -> 'co_host_ids' and old ? 'co_host_ids' then 'the co-hosts are '
        || coalesce((select string_agg(u.username, ', ' order by n) from jsonb_array_elements_text(new -> 'co_host_ids') with ordinality c (id, n)
                     join users u on u.id = c.id::bigint), 'nobody')
      when new ->> 'locked' is distinct from old ->> 'locked' then
        case new ->> 'locked' when 'true' then 'the room is locked' else 'the room is unlocked' end
      when new ->> 'name' is distinct from old ->> 'name' then format('the room is now called %s', new ->> 'name')
      when new ->> 'repeats' is distinct from old ->> 'repeats' then
        case when new ->> 'repeats' is null then 'the room no longer repeats' else format('the room repeats %s, by the clocks of %s', new ->> 'repeats', new ->> 'time_zone') end
      when new ->> 'starts_at' is distinct from old ->> 'starts_at' then
        format('the room is planned for %s', (new ->> 'starts_at')::timestamptz)
      when new ->> 'description' is distinct from old ->> 'description' then
        coalesce('the room is described: ' || (new ->> 'description'), 'the description is removed')
      when new ->> 'captions' is distinct from old ->> 'captions' and old ? 'captions' then
        case new ->> 'captions' when 'true' then 'captions are on' else 'captions are off' end
      when new ->> 'slow_mode' is distinct from old ->> 'slow_mode' then
        case new ->> 'slow_mode' when '0' then 'slow mode is off'
          else format('slow mode: one message in %s s', new ->> 'slow_mode') end
      when new ->> 'pinned_link' is distinct from old ->> 'pinned_link' then
        coalesce('a link is pinned: ' || (new ->> 'pinned_link'), 'the pinned link is removed')
      else 'the room changes' end
    when 'rooms DELETE' then 'the room is deleted'
    when 'guests INSERT' then format('%s accepts an invitation', username)
    when 'guests DELETE' then format('%s is no longer a guest', username)
    when 'invitations INSERT' then format('%s invites %s', coalesce(actor, 'the operator'), coalesce(username, 'everybody with the link'))
    when 'invitations UPDATE' then format('%s declines an invitation', username)
    when 'invitations DELETE' then format('an invitation of %s is withdrawn', coalesce(username, 'everybody with the link'))
    when 'messages INSERT' then case when event.taken_back_at is null then format('%s: %s', username, new ->> 'body')
      else format('%s writes a message that is deleted later', username) end
    when 'messages DELETE' then format('a message of %s is deleted', username)
    when 'captions INSERT' then case when event.taken_back_at is null then format('%s says: %s', username, new ->> 'text') else format('%s says something', username) end
    when 'captions UPDATE' then case when event.taken_back_at is null then format('%s says: %s', username, new ->> 'text') else format('%s says something', username) end
    when 'captions DELETE' then format('a caption of %s is deleted', username)
    when 'reactions INSERT' then format('%s reacts with %s', username, new ->> 'emoji')
    when 'recordings INSERT' then format(case when new -> 'continues_id' = 'null' then '%s announces a recording' else 'the recording of %s goes on' end, username)
    when 'recordings UPDATE' then case
      when new ->> 'deleted_at' is not null and old ->> 'deleted_at' is null then 'a recording is deleted'
      when new ->> 'ended_at' is not null and old ->> 'ended_at' is null then 'the recording ends' || coalesce(': ' || (new ->> 'ended_reason'), '')
      when new ->> 'started_at' is not null and old ->> 'started_at' is null then 'the recording begins'
      else 'the recording changes' end
    when 'recordings DELETE' then 'the row of a recording is deleted'
    when 'signals INSERT' then (
      select format(case new ->> 'kind'
        when 'offer'     then '%s offers to %s'
        when 'answer'    then '%s answers %s'
        when 'candidate' then '%s sends candidates to %s'
        when 'bye'       then '%s ends the connection to %s'
        else '%s is connected to %s' end,
        (select u.username from users u where u.id = (new ->> 'from_user')::bigint),
        (select u.username from users u where u.id = (new ->> 'to_user')::bigint)))
    when 'sender_keys INSERT' then format('%s gives %s the key of their audio',
      (select u.username from users u where u.id = (new ->> 'from_user')::bigint),
      (select u.username from users u where u.id = (new ->> 'to_user')::bigint))
    else format('%s %s', event.type, event.table_name) end;
end
$$;

comment on function describe_event(events) is 'An event of a room''s log as a sentence in English.';
