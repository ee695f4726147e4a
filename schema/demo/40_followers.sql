-- Founders follow their own clubs already. The other users follow the clubs of their interests.

insert into followers (club_id, user_id)
select clubs.id, users.id
from (values
  ('Blue Hour Sessions', array['rick', 'imre', 'lior', 'maya', 'dao']),
  ('The Slow Oven',      array['hana', 'juno', 'fergus', 'rick']),
  ('Explain Analyze',    array['kofi', 'rick', 'imre', 'hana']),
  ('Dark Sky Watch',     array['dao', 'juno', 'kofi', 'gala', 'maya']),
  ('Untranslatable',     array['maya', 'chiyo', 'bjørn', 'elif', 'lior', 'juno']),
  ('Second Gear',        array['amara', 'dao', 'gala'])
) as taste (club, usernames)
join clubs on clubs.name = taste.club
join users on users.username = any (taste.usernames);
