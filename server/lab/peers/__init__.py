"""The lab beside other people's systems: the same joins, signals and leaves through each, and what each loses.

A module for each system knows how to start it and how its clients follow (`lane.py` is what they have in common). Nothing of others is
copied here: npm's packages are installed into a folder of the user's, Debian's programs are only looked for.
"""
