-- Functions whose arguments have changed. Only the schema itself calls them.
drop function if exists roomtone.node_with_capacity(text);
