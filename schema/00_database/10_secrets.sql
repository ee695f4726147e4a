create table if not exists secrets (
  name  text primary key,
  value text not null
);

comment on table secrets is 'Secrets that all relays of this database share, such as the key that signs tokens. Only the relays may read them.';
comment on column secrets.name is 'What the secret is for.';
comment on column secrets.value is 'The secret.';
