create or replace function react(room_id bigint, emoji text) returns bigint
language sql
begin atomic
  insert into reactions (room_id, emoji) values (react.room_id, react.emoji) returning id;
end;

comment on function react(bigint, text) is 'Show one of 👏 ❤️ 😂 🔥 👍 🎉 😮 🙏 to all participants of the room; returns the id of the reaction.';
