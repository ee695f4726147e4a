create or replace function found_club(name text, description text default null, topic text default null) returns clubs
language plpgsql as $$
declare
  wanted_topic_id bigint;
  club clubs;
begin
  if found_club.topic ~ '\S' then
    select t.id into wanted_topic_id from topics t where lower(t.name) = lower(btrim(found_club.topic));
    if not found then
      raise no_data_found using
        message    = format('there is no topic called %s', found_club.topic),
        constraint = 'clubs_topic_is_known',
        hint       = 'List the topics with: select name from topics;';
    end if;
  end if;
  insert into clubs as c (name, description, topic_id)
  values (btrim(found_club.name), nullif(btrim(found_club.description), ''), wanted_topic_id)
  returning * into club;
  return club;
end
$$;

comment on function found_club(text, text, text) is
  'Found a club. You become its owner and its first follower: select found_club(''Moth'', ''After dark.'', ''Night sky'').';
