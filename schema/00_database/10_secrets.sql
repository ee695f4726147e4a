create table if not exists secrets (
  name  text primary key,
  value text not null
);

comment on table secrets is 'What relays of one database share and nobody else may read: the key that signs tokens.';
comment on column secrets.name is 'What it is for.';
comment on column secrets.value is 'The secret.';
