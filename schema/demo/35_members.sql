-- Founders are members already. These are the other members.

insert into members (club_id, user_id, role)
select clubs.id, users.id, friend.role
from (values
  ('Blue Hour Sessions', 'lior',  'ADMIN'),
  ('Blue Hour Sessions', 'rick',  'MEMBER'),
  ('The Slow Oven',      'hana',  'ADMIN'),
  ('The Slow Oven',      'rick',  'MEMBER'),
  ('Explain Analyze',    'kofi',  'ADMIN'),
  ('Explain Analyze',    'imre',  'MEMBER'),
  ('Dark Sky Watch',     'dao',   'MEMBER'),
  ('Untranslatable',     'maya',  'ADMIN'),
  ('Untranslatable',     'elif',  'MEMBER'),
  ('Second Gear',        'gala',  'MEMBER')
) as friend (club, username, role)
join clubs on clubs.name = friend.club
join users on users.username = friend.username;
