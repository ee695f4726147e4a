-- Tables for cases.json: a tea shop, in our schema, so that the relay serves it. Every column and row is there for some case.
create table roomtone.racks (
  id int primary key,
  name text not null unique,
  wall text default 'north'
);
create table roomtone.teas (
  id int primary key,
  name text not null,
  rack_id int references roomtone.racks,
  spare_rack_id int references roomtone.racks,
  grams int default 100,
  notes jsonb,
  tags text[],
  words tsvector,
  picked_at timestamptz
);
create table roomtone.drinkers (
  id int primary key,
  name text not null
);
create table roomtone.cups (
  tea_id int references roomtone.teas on delete cascade,
  drinker_id int references roomtone.drinkers,
  size int,
  primary key (tea_id, drinker_id)
);
create table roomtone.labels (
  tea_id int primary key references roomtone.teas on delete cascade,
  text text
);
create view roomtone.tea_list with (security_invoker) as select id as tea, name as title, rack_id as rack from roomtone.teas;
create view roomtone.tea_lines with (security_invoker) as select id + 0 as number, name from roomtone.teas;

create function roomtone.put_back() returns void language sql as $$
  delete from roomtone.teas;
  delete from roomtone.racks;
  delete from roomtone.drinkers;
  insert into roomtone.racks values (1, 'Top'), (2, 'Low'), (3, 'Empty');
  insert into roomtone.teas values
    (1, 'Assam', 1, null, 50, '{"strength": [3, {"of": 5}], "0": "zero", "words": "malty teas"}', '{black,malty}',
      to_tsvector('english', 'malty teas'), '2026-05-01 12:00+00'),
    (2, 'Gyokuro', 1, 2, 30, '{"strength": [2]}', '{green}', to_tsvector('english', 'shaded'), '2026-05-02 12:00+00'),
    (3, 'Rooibos', 2, null, 80, null, '{}', null, null),
    (4, 'Sencha', null, 1, 20, null, null, null, null);
  insert into roomtone.drinkers values (1, 'Ann'), (2, 'Ben');
  insert into roomtone.cups values (1, 1, 3), (1, 2, 2), (2, 1, 1);
  insert into roomtone.labels values (1, 'Strong'), (3, 'Red');
$$;
create function roomtone.teas_of(rack int) returns setof roomtone.teas language sql stable as
  'select * from roomtone.teas where rack_id = rack order by id';
create function roomtone.throw_away(lighter int) returns setof roomtone.teas language sql as
  'delete from roomtone.teas where grams < lighter returning *';
create function roomtone.throw_all_away() returns int language sql as
  'with gone as (delete from roomtone.teas returning 1) select count(*)::int from gone';
create function roomtone.numbers(until int) returns setof int language sql stable as 'select generate_series(1, until)';
create function roomtone.grams_of(tea int) returns table (grams int) language sql stable as
  'select grams from roomtone.teas where id = tea';
create function roomtone.listed(variadic words text[]) returns text[] language sql stable return words;
create function roomtone.label(roomtone.teas) returns text language sql stable return $1.name;
create function roomtone.label_words(roomtone.teas) returns tsvector language sql stable return to_tsvector('english', $1.name);
create function roomtone.cups(roomtone.drinkers) returns setof roomtone.cups language sql stable as
  'select * from roomtone.cups where drinker_id = $1.id and size > 1';
create function roomtone.heavy(name text default 'any', grams int default 40, "limit" int default 9) returns setof roomtone.teas
  language sql stable as 'select * from roomtone.teas where teas.grams > $2 order by id limit $3';
create function roomtone.unnamed(json) returns json language sql stable as 'select $1';
create function roomtone.heaviest(out name text, out grams int) language sql stable as
  'select name, grams from roomtone.teas order by grams desc limit 1';

-- What PostgREST would read or write in another form.
create domain roomtone.paint as int;
create function roomtone.paint_as_json(roomtone.paint) returns json language sql immutable return to_json('#' || to_hex($1));
create cast (roomtone.paint as json) with function roomtone.paint_as_json as implicit;
create table roomtone.painted (id int, color roomtone.paint);
create function roomtone.paint() returns setof roomtone.painted language sql stable as 'select * from roomtone.painted';
create domain roomtone."text/html" as text;
create function roomtone.page() returns roomtone."text/html" language sql stable return '<p>';
create table roomtone.drawn (id int);
create domain roomtone."*/*" as bytea;
create function roomtone.draw(state roomtone."*/*", next roomtone.drawn) returns roomtone."*/*" language sql return state;
create aggregate roomtone.drawing(roomtone.drawn) (sfunc = roomtone.draw, stype = roomtone."*/*", initcond = '');
create table roomtone.redirected (id int);
create function roomtone.redirect() returns trigger language plpgsql as $$
begin
  perform set_config('response.headers', '[{"Location": "/elsewhere"}]', true);
  return new;
end $$;
create trigger redirect after insert on roomtone.redirected for each row execute function roomtone.redirect();
create function roomtone.teapot() returns void language sql as $$ select set_config('response.status', '418', true) $$;

create table roomtone.tins (id int primary key, name text, price int);
insert into roomtone.tins values (1, 'Round', 9);
grant select (id, name) on roomtone.tins to roomtone_person;
grant select, insert on roomtone.painted, roomtone.drawn, roomtone.redirected to roomtone_person;
grant insert, update (text) on roomtone.labels to roomtone_person;
grant select on roomtone.racks, roomtone.teas, roomtone.drinkers, roomtone.cups, roomtone.labels, roomtone.tea_list,
  roomtone.tea_lines to roomtone_anon, roomtone_person;
grant insert, update, delete on roomtone.racks, roomtone.teas, roomtone.cups, roomtone.tea_list to roomtone_person;
