create or replace function require_captions(room_id bigint, user_id bigint) returns void
language plpgsql stable set search_path = roomtone, pg_temp as $$
declare
  room rooms;
  seat participants;
  writer constant text := case when acting_as_operator() then 'operator' else 'self' end;
begin
  select * into room from rooms r where r.id = require_captions.room_id;
  select * into seat from participants p
  where p.room_id = require_captions.room_id and p.user_id = require_captions.user_id and p.peer_id is not null;
  if seat.peer_id is null then
    perform require_open_room(require_captions.room_id);
    raise insufficient_privilege using
      message    = 'captions are of what participants of the room say',
      constraint = 'captions_speaker_is_here',
      hint       = 'The speaker may just have left.';
  end if;
  if not room.captions or captions_refused(room) is not null then
    raise check_violation using
      message    = 'captions are not on in this room' || coalesce(': ' || captions_refused(room), ''),
      constraint = 'captions_are_on',
      hint       = 'The host switches them on: update rooms set captions = true where id = ….';
  end if;
  if seat.captioned_by is distinct from writer then
    raise insufficient_privilege using
      message    = case when seat.captioned_by is null then 'this speaker has not agreed to captions'
                        else 'this speaker lets others write the captions' end,
      constraint = 'captions_speaker_agrees',
      hint       = format('The speaker agrees: update participants set captioned_by = ''%s'' where room_id = … and user_id = ….', writer);
  end if;
end
$$;

comment on function require_captions(bigint, bigint) is
  'Raises unless captions of this speaker may be written now, by who asks: the room has them on, and the speaker, who is here, lets their own client (self), or the operator, write them.';
