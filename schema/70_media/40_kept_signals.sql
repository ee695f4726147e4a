create or replace function kept_signals(to_peer uuid) returns setof bigint
language sql stable
begin atomic
  -- `used` is what this signal and the newer ones of its sender take; those with the smallest come first.
  select c.id
  from (select m.id, sum(m.size) over (order by m.used, m.id desc) as total
        from (select s.id, pg_column_size(s.body) + 512 as size,
                     sum(pg_column_size(s.body) + 512) over (partition by s.from_user order by s.id desc) as used
              from signals s where s.to_peer = kept_signals.to_peer) m) c
  where c.total <= 1048576;
end;

comment on function kept_signals(uuid) is
  'The ids of the signals that are kept for this session: the newest of each sender, up to 1 MiB, where each counts as 512 bytes more. All senders have the same share, so nobody can push out the newest signals of another.';
