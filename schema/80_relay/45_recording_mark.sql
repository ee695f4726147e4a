create or replace function recording_mark() returns text
language sql volatile
return left(md5(relay_secret('recordings')), 8);

comment on function recording_mark() is 'Eight digits with which the files of this database''s recordings begin, for another''s may lie beside them.';
