create or replace function message_record(message messages) returns jsonb
language sql stable
return to_jsonb(message) || jsonb_build_object('username', (select u.username from users u where u.id = message.user_id));

comment on function message_record(messages) is 'A message as it appears in the log: with its author''s name.';
