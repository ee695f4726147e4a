create or replace function new_code() returns text
language sql volatile parallel safe
return translate(encode(substring(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) from 1 for 18), 'base64'),
                 '+/', '-_');

comment on function new_code() is 'A secret for the address of an invitation: 24 characters that need no escaping in URLs (RFC 4648, 5), from 144 random bits.';
