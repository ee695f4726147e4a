"""What makes the numbers of all labs quotable: repetitions in random order, intervals, the machine's noise, and what cannot be told apart.

A *lane* is one thing that is measured: a technique, a topology or a system, with one crowd. A lab says what its lanes measure.
"""
