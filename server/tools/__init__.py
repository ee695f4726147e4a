"""What drills, labs and benchmarks share: connections that are counted, processes of relays and nodes, a database, figures, tables and reports.

It may import everything below the command; only `drill`, `lab` and other tools of that kind import it.
"""
