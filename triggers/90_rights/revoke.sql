-- PostgreSQL lets every role call a new function. The functions in triggers/ are created after schema/90_rights/10_grants.sql, and
-- are only for triggers.
revoke all on all functions in schema roomtone from public;
