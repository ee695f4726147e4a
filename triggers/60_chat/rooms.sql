create or replace function tg_rooms__guard_chat() returns trigger
language plpgsql as $$
begin
  if new.pinned_link !~ '^https?://[^\s"<>]+$' or length(new.pinned_link) > 500 then
    raise check_violation using
      message    = 'this is not a link to a web page',
      constraint = 'rooms_pinned_link_is_a_web_address',
      hint       = 'It begins with http:// or https://, has up to 500 characters, and no spaces or quotes.';
  end if;
  if new.slow_mode not between 0 and 3600 then
    raise check_violation using
      message    = 'slow mode is 0 to 3,600 seconds',
      constraint = 'rooms_slow_mode_is_short';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_chat() is 'Checks the pinned link and slow mode, and explains what is wrong. The constraints check the same rules.';

create or replace trigger _125_guard_chat before insert or update of pinned_link, slow_mode on rooms
for each row execute function tg_rooms__guard_chat();
comment on trigger _125_guard_chat on rooms is 'Refuses values that break the constraints, with an explanation.';
