create or replace function caption_record(caption captions) returns jsonb
language sql stable
return to_jsonb(caption) - array['recording_id', 'hidden_at'] || jsonb_build_object('username', (select u.username from users u where u.id = caption.user_id));

comment on function caption_record(captions) is 'A caption as it appears in the log: with its speaker''s name.';
