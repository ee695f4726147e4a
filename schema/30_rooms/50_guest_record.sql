create or replace function guest_record(guest guests) returns jsonb
language sql stable
return to_jsonb(guest) || jsonb_build_object('username', (select u.username from users u where u.id = guest.user_id));

comment on function guest_record(guests) is 'A guest as it appears in the log: with the user''s name.';
