create or replace function first_names(room_id bigint) returns jsonb
language sql stable
return coalesce((
  select jsonb_agg(jsonb_build_object('user_id', p.user_id, 'username', u.username, 'kind', p.kind, 'join_date', p.join_date, 'seq', p.seq)
                   order by p.seq)
  from (select * from participants x
        where x.room_id = first_names.room_id and x.role = 'AUDIENCE' and x.hand_raised_at is null and x.invited_to_speak_at is null
        and x.seq is not null order by x.seq limit 50) p
  join users u on u.id = p.user_id), '[]');

comment on function first_names(bigint) is
  'The first 50 of a room''s audience who neither raise a hand nor are invited to speak, in the order of joining. The view roster has the rest.';
