create or replace function require_encrypted_place(room_id bigint, user_id bigint, kind text) returns void
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  host constant bigint := (select r.host_id from rooms r where r.id = require_encrypted_place.room_id);
begin
  if require_encrypted_place.kind = 'bot' then
    raise check_violation using
      message    = 'the audio of this room is encrypted end to end, which bots cannot do',
      constraint = 'participants_encrypt_their_audio',
      hint       = 'Enter it with a browser.';
  end if;
  -- One of the 50 places is the host's, also while they are away.
  if require_encrypted_place.kind = 'person' and require_encrypted_place.user_id <> host
     and (select count(*) from participants p where p.room_id = require_encrypted_place.room_id and p.user_id not in (require_encrypted_place.user_id, host)
            and p.peer_id is not null and p.kind in ('person', 'bot')) >= 49 then
    raise check_violation using
      message    = 'an encrypted room has at most 50 participants, of whom one is its host',
      constraint = 'participants_encrypted_room_is_small',
      hint       = 'Each speaker gives each participant a key, again whenever somebody comes or goes. Start a room without encryption for more people.';
  end if;
end
$$;

comment on function require_encrypted_place(bigint, bigint, text) is
  'Raises participants_encrypt_their_audio for a bot, and participants_encrypted_room_is_small for the 50th person beside the host in an encrypted room; the host may always come back.';
