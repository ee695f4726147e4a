insert into clubs (name, description, topic_id, owner_id)
select club.name, club.description, topics.id, users.id
from (values
  ('Blue Hour Sessions', 'amara',  'Music',
   'Standards after dark. Play a chorus, or just let the others.'),
  ('The Slow Oven',      'bjørn',  'Kitchen',
   'Bread, brine and patience. Somebody always has something rising.'),
  ('Explain Analyze',    'chiyo',  'Databases',
   'Bring a query that is too slow; leave with a plan.'),
  ('Dark Sky Watch',     'elif',   'Night sky',
   'What is up tonight, told by whoever has the clearest window.'),
  ('Untranslatable',     'gala',   'Languages',
   'One word an evening that your language has and mine does not.'),
  ('Second Gear',        'fergus', 'Slow travel',
   'Long roads, small towns, mended tyres.')
) as club (name, owner, topic, description)
join topics on topics.name = club.topic
join users on users.username = club.owner
order by users.id;
