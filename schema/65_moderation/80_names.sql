-- Which column follows which rule of 00_database/25_name_functions.sql. Names (of users, clubs, rooms, topics) follow name_fault.
-- Users and clubs are identified by their names, so no two of them may look alike; two rooms may have the same name. Longer
-- texts (bios, descriptions, reasons, messages) may have any characters, except those that change the text around them.

-- Change existing rows that break these rules.
do $$
declare
  controls constant text := '[\u0080-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]'; -- as in has_hidden_controls
  replacement constant text := U&'\FFFD';
begin
  if to_regclass('roomtone.users_username_looks_like_no_other') is not null then
    return;
  end if;
  drop index if exists users_username_is_unique; -- it compared only lower(username)
  alter table rooms disable trigger user; -- they refuse changes to ended rooms, and this change does not belong in the log
  update users set username = normalize(username, NFC) where username is not nfc normalized;
  update clubs c set name = case when exists (select from clubs o where o.name = normalize(c.name, NFC))
                                 then 'club ' || id else normalize(name, NFC) end
  where name is not nfc normalized;
  update rooms set name = normalize(name, NFC) where name is not nfc normalized;
  update users set username = 'user ' || id where name_fault(username) is not null;
  update clubs set name = 'club ' || id where name_fault(name) is not null;
  update rooms set name = 'room ' || id where name_fault(name) is not null;
  update topics set name = 'topic ' || id where name_fault(normalize(name, NFC)) is not null or name is not nfc normalized;
  update rooms set ended_reason = regexp_replace(ended_reason, controls, replacement, 'g') where has_hidden_controls(ended_reason);
  update rooms set pinned_link = null where has_hidden_controls(pinned_link);
  alter table rooms enable trigger user;
  update users set bio = regexp_replace(bio, controls, replacement, 'g') where has_hidden_controls(bio);
  update clubs set description = regexp_replace(description, controls, replacement, 'g') where has_hidden_controls(description);
  update messages set body = regexp_replace(body, controls, replacement, 'g') where has_hidden_controls(body);
  update reports set reason = regexp_replace(reason, controls, replacement, 'g') where has_hidden_controls(reason);
  loop -- a new name like 'user 7' may be taken, too: repeat until no two names look alike
    update users set username = case when name_fault(left(username, 20) || ' ' || id) is null then left(username, 20) else 'user' end || ' ' || id
    where id in (select unnest((array_agg(u.id order by u.id))[2:]) from users u group by name_skeleton(u.username));
    exit when not found;
  end loop;
  loop
    update clubs set name = case when name_fault(left(name, 60) || ' ' || id) is null then left(name, 60) else 'club' end || ' ' || id
    where id in (select unnest((array_agg(c.id order by c.id))[2:]) from clubs c group by name_skeleton(c.name));
    exit when not found;
  end loop;
end
$$;

create unique index if not exists users_username_is_unique on users (name_key(username));
create unique index if not exists users_username_looks_like_no_other on users (name_skeleton(username));
create unique index if not exists clubs_name_looks_like_no_other on clubs (name_skeleton(name));
comment on index users_username_is_unique is 'rick, Rick and full-width Rick are the same name.';
comment on index users_username_looks_like_no_other is 'No two users have names that look alike, such as rick and r1ck.';
comment on index clubs_name_looks_like_no_other is 'No two clubs have names that look alike.';

alter table users drop constraint if exists users_username_is_a_name;
alter table users add constraint users_username_is_a_name check (name_fault(username) is null);
alter table clubs drop constraint if exists clubs_name_is_a_name;
alter table clubs add constraint clubs_name_is_a_name check (name_fault(name) is null);
alter table rooms drop constraint if exists rooms_name_is_a_name;
alter table rooms add constraint rooms_name_is_a_name check (name_fault(name) is null);
alter table topics drop constraint if exists topics_name_is_a_name;
alter table topics add constraint topics_name_is_a_name check (name_fault(name) is null);

alter table users drop constraint if exists users_bio_stays_in_its_place;
alter table users add constraint users_bio_stays_in_its_place check (not has_hidden_controls(bio));
alter table clubs drop constraint if exists clubs_description_stays_in_its_place;
alter table clubs add constraint clubs_description_stays_in_its_place check (not has_hidden_controls(description));
alter table rooms drop constraint if exists rooms_ended_reason_stays_in_its_place;
alter table rooms add constraint rooms_ended_reason_stays_in_its_place check (not has_hidden_controls(ended_reason));
alter table rooms drop constraint if exists rooms_pinned_link_stays_in_its_place;
alter table rooms add constraint rooms_pinned_link_stays_in_its_place check (not has_hidden_controls(pinned_link));
alter table messages drop constraint if exists messages_body_stays_in_its_place;
alter table messages add constraint messages_body_stays_in_its_place check (not has_hidden_controls(body));
alter table reports drop constraint if exists reports_reason_stays_in_its_place;
alter table reports add constraint reports_reason_stays_in_its_place check (not has_hidden_controls(reason));

comment on constraint users_username_is_a_name on users is 'See name_fault.';
comment on constraint clubs_name_is_a_name on clubs is 'See name_fault.';
comment on constraint rooms_name_is_a_name on rooms is 'See name_fault.';
comment on constraint topics_name_is_a_name on topics is 'See name_fault.';
comment on constraint users_bio_stays_in_its_place on users is 'See has_hidden_controls.';
comment on constraint clubs_description_stays_in_its_place on clubs is 'See has_hidden_controls.';
comment on constraint rooms_ended_reason_stays_in_its_place on rooms is 'See has_hidden_controls.';
comment on constraint rooms_pinned_link_stays_in_its_place on rooms is 'See has_hidden_controls.';
comment on constraint messages_body_stays_in_its_place on messages is 'See has_hidden_controls.';
comment on constraint reports_reason_stays_in_its_place on reports is 'See has_hidden_controls.';
