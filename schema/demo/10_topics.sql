-- The demo is loaded once, into a new database, and is nobody's real life.

insert into topics (name, emoji) values
  ('Music',       '🎷'),
  ('Kitchen',     '🍞'),
  ('Databases',   '🐘'),
  ('Night sky',   '🔭'),
  ('Languages',   '🗣️'),
  ('Slow travel', '🚲');
