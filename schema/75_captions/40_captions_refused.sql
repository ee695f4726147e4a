-- The one place that says in which rooms captions are impossible.

create or replace function captions_refused(room rooms) returns text
language plpgsql stable as $$
begin
  return case
    when room.ended_at is not null then 'the room has ended'
    when room.encrypted then 'its audio is encrypted end to end, and captions would be rows that whoever runs the database can read'
  end;
end
$$;

comment on function captions_refused(rooms) is
  'Why this room can have no captions, whoever agrees, as a part of a sentence; null if it can: select captions_refused(r) from rooms r where id = 1;';
