create table if not exists push_subscriptions (
  id         bigint generated always as identity primary key,
  user_id    bigint not null default acting_user() references users on delete cascade,
  endpoint   text not null
             constraint push_subscriptions_endpoint_is_unique unique
             constraint push_subscriptions_endpoint_is_https
             check (length(endpoint) <= 1000 and endpoint ~ '^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/[!-"$-~]*$'),
  p256dh     text not null
             constraint push_subscriptions_p256dh_is_a_key check (p256dh ~ '^B[A-Za-z0-9_-]{86}$'),
  auth       text not null
             constraint push_subscriptions_auth_is_a_secret check (auth ~ '^[A-Za-z0-9_-]{22}$'),
  jti        text,
  created_at timestamptz not null default now()
);
alter table push_subscriptions add column if not exists expires_at timestamptz;
create index if not exists push_subscriptions_by_user on push_subscriptions (user_id);
create index if not exists push_subscriptions_by_token on push_subscriptions (jti) where jti is not null;

comment on table push_subscriptions is
  'Browsers that show a user''s notifications while Roomtone is not open (W3C Push API, PushSubscription). INSERT subscribes one, DELETE ends it. It ends, too, when its user signs out there or the session expires, and when its push service says that it is gone.';
comment on column push_subscriptions.id is 'Id of the subscription.';
comment on column push_subscriptions.user_id is 'Whose browser it is; the acting user by default.';
comment on column push_subscriptions.endpoint is 'The address at the browser''s push service to which relays send (RFC 8030). Who knows it can send there, so only its user reads it.';
comment on column push_subscriptions.p256dh is 'The browser''s public key, base64url: messages are encrypted for it (RFC 8291).';
comment on column push_subscriptions.auth is 'The browser''s authentication secret, base64url (RFC 8291).';
comment on column push_subscriptions.jti is 'The `jti` of the token with which the browser subscribed: the subscription ends when that is revoked. Null for an operator, and for tokens without one.';
comment on column push_subscriptions.created_at is 'When the browser subscribed.';
comment on column push_subscriptions.expires_at is 'When the token expires with which the browser subscribed (its `exp`): from then on nobody is notified there. Null for an operator.';
comment on constraint push_subscriptions_endpoint_is_unique on push_subscriptions is 'A browser belongs to one user: who subscribed it last.';
comment on constraint push_subscriptions_endpoint_is_https on push_subscriptions is 'A push service has an https address with a host, and without a user or a fragment.';
comment on constraint push_subscriptions_p256dh_is_a_key on push_subscriptions is 'An uncompressed point of P-256: 65 bytes as base64url without padding.';
comment on constraint push_subscriptions_auth_is_a_secret on push_subscriptions is '16 bytes as base64url without padding.';
comment on index push_subscriptions_by_user is 'Finds the browsers of a user.';
comment on index push_subscriptions_by_token is 'Finds the browser of a session that ends.';
