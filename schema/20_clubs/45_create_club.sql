create or replace function create_club(name text, description text default null, topic text default null) returns clubs
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  wanted_topic_id bigint;
  club clubs;
begin
  if create_club.topic ~ '\S' then
    select t.id into wanted_topic_id from topics t where lower(t.name) = lower(btrim(create_club.topic));
    if not found then
      raise no_data_found using
        message    = format('there is no topic called %s', create_club.topic),
        constraint = 'clubs_topic_is_known',
        hint       = 'List the topics with: select name from topics;';
    end if;
  end if;
  insert into clubs as c (name, description, topic_id)
  values (btrim(create_club.name), nullif(btrim(create_club.description), ''), wanted_topic_id)
  returning * into club;
  return club;
end
$$;

comment on function create_club(text, text, text) is
  'Create a club. You become its owner and its first follower: select create_club(''Moth'', ''After dark.'', ''Night sky'').';
