-- client_web/media/encryption/safety_number.js makes the same digits of what the browser itself knows.

create or replace function safety_number(room_id bigint) returns text
language plpgsql stable set search_path = roomtone, pg_temp as $$
declare
  seats text := (select string_agg(format(E'%s %s %s\n', p.user_id, p.signing_key, p.agreement_key), '' order by p.user_id) from participants p
                 where p.room_id = safety_number.room_id and p.peer_id is not null and p.kind = 'person' and p.signing_key is not null);
  hash constant bytea := sha256(convert_to(format(E'roomtone safety number 1\n%s\n', safety_number.room_id) || seats, 'UTF8'));
begin
  return (select string_agg(lpad((mod((get_byte(hash, n)::bigint << 32) + (get_byte(hash, n + 1)::bigint << 24) + (get_byte(hash, n + 2) << 16)
                                      + (get_byte(hash, n + 3) << 8) + get_byte(hash, n + 4), 100000))::text, 5, '0'), ' ' order by n)
          from generate_series(0, 25, 5) n);
end
$$;

comment on function safety_number(bigint) is
  'Six groups of five digits, made of the public keys of all people in an encrypted room: select safety_number(7); the page shows what the browser makes of the keys that it uses, and people read it to each other. If all have the same, nobody gave one of them a false key. Null if no session has keys.';
