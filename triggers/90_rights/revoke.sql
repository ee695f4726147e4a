-- PostgreSQL lets everybody call a new function. Here everybody may call what 90_grants.sql gave them, and what
-- this folder has made since is for triggers alone.
revoke all on all functions in schema roomtone from public;
