-- The demo is loaded once, into a new database. Its users are invented.

insert into topics (name, emoji) values
  ('Music',       '🎷'),
  ('Kitchen',     '🍞'),
  ('Databases',   '🐘'),
  ('Night sky',   '🔭'),
  ('Languages',   '🗣️'),
  ('Slow travel', '🚲');
