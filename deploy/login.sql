-- The password of the relays' login, whose role `roomtone install` has made. psql, 14 or newer: RELAY_PASSWORD=… psql --file=login.sql
\getenv password RELAY_PASSWORD
set password_encryption = 'scram-sha-256';
alter role roomtone_relay password :'password';
