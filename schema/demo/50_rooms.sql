-- Rooms without participants. The documentation uses the ids of these rooms.

insert into rooms (name, club_id, host_id, stage, created_at)
select room.name, clubs.id, users.id, room.stage, now() - room.age
from (values
  ('The porch light is on',             null,                 'rick',   'open',      interval '3 hours'),
  ('Trading fours until the tea is cold', 'Blue Hour Sessions', 'amara',  'open',      interval '95 minutes'),
  ('What your sourdough is telling you', 'The Slow Oven',      'bjørn',  'open',      interval '80 minutes'),
  ('Index or not: bring your plan',     'Explain Analyze',    'chiyo',  'moderated', interval '62 minutes'),
  ('Saturn before bedtime',             'Dark Sky Watch',     'elif',   'moderated', interval '47 minutes'),
  ('A word for the smell of rain',      'Untranslatable',     'gala',   'open',      interval '31 minutes'),
  ('Punctures I have known',            'Second Gear',        'fergus', 'open',      interval '18 minutes'),
  ('Quiet room, cameras nowhere',       null,                 'imre',   'open',      interval '5 minutes')
) as room (name, club, host, stage, age)
join users on users.username = room.host
left join clubs on clubs.name = room.club
order by room.age desc;

-- One room for members of its club, and three scheduled rooms.
insert into rooms (name, club_id, host_id, stage, access, created_at, starts_at)
select room.name, clubs.id, users.id, room.stage, room.access, now() - interval '1 hour', room.starts_at
from (values
  ('Swapping starters, members only',   'The Slow Oven',      'hana',   'open',      'club', null),
  ('The night train to Lisbon, a plan', 'Second Gear',        'fergus', 'open',      'open', date_trunc('hour', now()) + interval '3 hours'),
  ('Blue hour, unplugged',              'Blue Hour Sessions', 'amara',  'moderated', 'open', date_trunc('day', now()) + interval '1 day 19 hours'),
  ('What the vacuum left behind',       'Explain Analyze',    'kofi',   'moderated', 'club', date_trunc('day', now()) + interval '3 days 18 hours')
) as room (name, club, host, stage, access, starts_at)
join users on users.username = room.host
join clubs on clubs.name = room.club
order by room.starts_at nulls first;
