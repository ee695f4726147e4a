create or replace function recording_file_prefix() returns text
language sql volatile
return left(md5(relay_secret('recordings')), 8);

comment on function recording_file_prefix() is 'The first eight characters of the names of this database''s recording files. Files of other databases may be in the same folder.';
