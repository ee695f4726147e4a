-- A function whose result has one column more. Nodes call it by the names of its columns.
drop function if exists roomtone.node_mixes(text);
