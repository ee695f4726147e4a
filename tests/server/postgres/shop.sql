-- A database in use: a shop whose tables and functions have the names of Roomtone's, in a schema of its own and in public,
-- and whose search path is the database's.
create schema shop;
create schema extensions;
set search_path = shop, extensions, public;
create table users (id bigint primary key, username text not null);
create table public.rooms (id int primary key, name text);
create table events (id int, body text);
create table public.participants (room_id int, user_id int);
create table messages (id int primary key);
create table logs (line text);
insert into users values (1, 'a customer');
insert into public.rooms values (1, 'a hotel room');
create function acting_user() returns bigint language sql immutable return 1;
create function public.name_key(text) returns text language sql immutable return 'everybody';
create function public.is_member(bigint, bigint) returns boolean language sql immutable return true;
create function extensions.jsonb_build_object(text, text) returns jsonb language sql immutable return '{}'::jsonb;
create domain extensions.username as text;
create view hallway as select * from public.rooms;
create function log_order() returns trigger language plpgsql as $$ begin insert into logs values ('an order'); return null; end $$;
create trigger _500_log after insert on messages for each row execute function log_order();
do $$ begin execute format('alter database %I set search_path = shop, extensions, public', current_database()); end $$;
