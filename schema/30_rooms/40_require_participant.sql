create or replace function require_participant(room_id bigint, username text default null) returns bigint
language plpgsql stable as $$
declare
  wanted text := coalesce(require_participant.username, (select u.username from roomtone.users u where u.id = roomtone.acting_user()));
  participant_id bigint;
begin
  if wanted is null then
    raise insufficient_privilege using
      message = 'you are not signed in, so a name is needed',
      hint    = 'Give the name of a participant, or in psql: select act_as(''rick'');';
  end if;
  perform roomtone.require_open_room(require_participant.room_id);
  select p.user_id into participant_id from roomtone.participants p join roomtone.users u on u.id = p.user_id
  where p.room_id = require_participant.room_id and p.peer_id is not null and roomtone.name_key(u.username) = roomtone.name_key(wanted);
  if not found then
    raise no_data_found using
      message    = format('%s is not in this room', wanted),
      constraint = 'participants_person_is_here',
      hint       = 'They may just have left. List the participants with: select username from roster where room_id = …;';
  end if;
  return participant_id;
end
$$;

comment on function require_participant(bigint, text) is
  'The user id of the participant with this name (by default the acting user) in an open room. Raises P0002 with participants_person_is_here if there is none.';
