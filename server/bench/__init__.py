"""`roomtone bench`: what Roomtone costs on this machine, each figure beside its floor of the same run, and the budget it should keep.

A module for each measure; floors, budgets, table and report are common. Only the command imports it.
"""
