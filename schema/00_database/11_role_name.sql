-- The three roles may have other names here: `roomtone install --roles` replaces them in all files.
create or replace function role_name(kind text) returns text
language sql immutable parallel safe
return case kind when 'anon' then 'roomtone_anon' when 'person' then 'roomtone_person' when 'relay' then 'roomtone_relay' end;

comment on function role_name(text) is
  'The role in PostgreSQL of anonymous users (anon), of signed-in users (person), or of the relays (relay).';
