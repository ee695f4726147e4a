create or replace function mute(room_id bigint, username text default null) returns boolean
language plpgsql as $$
declare
  occupant bigint := require_occupant(mute.room_id, mute.username);
begin
  if occupant is distinct from acting_user() and not acting_as_operator() and not moderates(mute.room_id) then
    raise insufficient_privilege using
      message    = 'only host and moderators mute somebody else',
      constraint = 'participants_only_moderators_mute';
  end if;
  update participants p set muted = true
  where p.room_id = mute.room_id and p.user_id = occupant and not p.muted;
  return found;
end
$$;

comment on function mute(bigint, text) is
  'Switch your microphone off, or as a moderator somebody else''s; false if it was off already.';

create or replace function unmute(room_id bigint) returns boolean
language plpgsql as $$
declare
  occupant bigint := require_occupant(unmute.room_id);
begin
  update participants p set muted = false
  where p.room_id = unmute.room_id and p.user_id = occupant and p.muted;
  return found;
end
$$;

comment on function unmute(bigint) is
  'Switch your own microphone on; nobody else can. False if it was on already.';

create or replace function mute_all(room_id bigint) returns int
language plpgsql as $$
declare
  muted int;
begin
  perform require_moderator(mute_all.room_id), require_open_room(mute_all.room_id);
  -- In one order, so that two moderators who do it at once, or end the room, wait for each other and do not deadlock.
  perform from participants p where p.room_id = mute_all.room_id and not p.muted order by p.user_id for no key update;
  update participants p set muted = true
  where p.room_id = mute_all.room_id and not p.muted and p.role <> 'HOST' and p.kind not in ('sfu', 'mcu') and p.user_id is distinct from acting_user();
  get diagnostics muted = row_count;
  return muted;
end
$$;

comment on function mute_all(bigint) is
  'Host and moderators: switch every microphone off but the host''s and your own; returns how many were on.';

create or replace function ask_to_unmute(room_id bigint, username text) returns boolean
language plpgsql as $$
declare
  occupant bigint := require_moderator(ask_to_unmute.room_id, ask_to_unmute.username);
begin
  update participants p set asked_to_unmute_at = clock_timestamp()
  where p.room_id = ask_to_unmute.room_id and p.user_id = occupant and p.asked_to_unmute_at is null;
  return found;
end
$$;

comment on function ask_to_unmute(bigint, text) is
  'Host and moderators: ask somebody on stage to switch their microphone on, which nobody else can; false if they were asked already.';
