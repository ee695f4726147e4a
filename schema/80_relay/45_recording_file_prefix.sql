create or replace function recording_file_prefix() returns text
language sql volatile
return left(md5(relay_secret('recordings')), 8);

comment on function recording_file_prefix() is 'Eight digits with which the files of this database''s recordings begin, for another''s may lie beside them.';
