-- The constraints of rooms say it too, but not in words for people.
create or replace function tg_rooms__guard_chat() returns trigger
language plpgsql as $$
begin
  if new.pinned_link !~ '^https?://[^\s"<>]+$' or length(new.pinned_link) > 500 then
    raise check_violation using
      message    = 'that is not a link to a page',
      constraint = 'rooms_pinned_link_is_web',
      hint       = 'http:// or https:// and up to 500 characters, without spaces or quotes.';
  end if;
  if new.slow_mode not between 0 and 3600 then
    raise check_violation using
      message    = 'slow mode takes 0 to 3,600 seconds',
      constraint = 'rooms_slow_mode_is_short';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_chat() is 'A pinned link leads to a page, and slow mode is at most an hour.';

create or replace trigger _125_guard_chat before insert or update of pinned_link, slow_mode on rooms
for each row execute function tg_rooms__guard_chat();
comment on trigger _125_guard_chat on rooms is 'Says in words what may be pinned, and how slow slow mode is.';
