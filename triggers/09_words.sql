-- What people type is refused in words they can act on. The constraints say the same, to whoever gets past here.

create or replace function tg_rooms__guard_words() returns trigger
language plpgsql as $$
begin
  if new.name !~ '\S' or length(new.name) > 120 or new.name ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a room''s name is one line of 1 to 120 characters',
      constraint = 'rooms_name_is_text';
  end if;
  if new.access = 'club' and new.club_id is null then
    raise check_violation using
      message    = 'a room for members is a club''s room',
      constraint = 'rooms_club_access_needs_a_club',
      hint       = 'Choose a club, or let everybody in, or those you invite.';
  end if;
  if new.starts_at > new.created_at + interval '8784 hours' then
    raise check_violation using
      message    = 'that is more than a year away',
      constraint = 'rooms_start_within_a_year';
  end if;
  if new.ended_reason !~ '\S' or length(new.ended_reason) > 200 or new.ended_reason ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a reason is one line of up to 200 characters',
      constraint = 'rooms_ended_reason_is_a_line';
  end if;
  return new;
end
$$;

comment on function tg_rooms__guard_words() is 'Says in words what a room may be called, for whom and when it may be, and how it ends.';

create or replace trigger _100_guard_words before insert or update of name, club_id, access, starts_at, ended_reason on rooms
for each row execute function tg_rooms__guard_words();
comment on trigger _100_guard_words on rooms is 'Refuses in words what the constraints would refuse without.';

create or replace function tg_clubs__guard_words() returns trigger
language plpgsql as $$
begin
  if new.name !~ '\S' or length(new.name) > 80 or new.name ~ '[[:cntrl:]]' then
    raise check_violation using
      message    = 'a club''s name is one line of 1 to 80 characters',
      constraint = 'clubs_name_is_text';
  end if;
  if length(new.description) > 2000 then
    raise check_violation using
      message    = 'a club is described in at most 2,000 characters',
      constraint = 'clubs_description_is_short';
  end if;
  return new;
end
$$;

comment on function tg_clubs__guard_words() is 'Says in words what a club may be called, and how long a description may be.';

create or replace trigger _100_guard_words before insert or update of name, description on clubs
for each row execute function tg_clubs__guard_words();
comment on trigger _100_guard_words on clubs is 'Refuses in words what the constraints would refuse without.';

create or replace function tg_invitations__guard_words() returns trigger
language plpgsql as $$
begin
  if new.expires_at <= new.created_at or new.expires_at > new.created_at + interval '2160 hours' then
    raise check_violation using
      message    = 'an invitation is good for some time, and for 90 days at most',
      constraint = 'invitations_end_within_90_days';
  end if;
  if new.max_uses < 1 then
    raise check_violation using
      message    = 'an invitation is good for at least one',
      constraint = 'invitations_have_uses';
  end if;
  if new.invited_user = new.invited_by then
    raise check_violation using
      message    = 'nobody invites themselves',
      constraint = 'invitations_not_to_oneself';
  end if;
  return new;
end
$$;

comment on function tg_invitations__guard_words() is 'Says in words how long and for how many an invitation may be good.';

create or replace trigger _100_guard_words before insert on invitations
for each row execute function tg_invitations__guard_words();
comment on trigger _100_guard_words on invitations is 'Refuses in words what the constraints would refuse without.';
