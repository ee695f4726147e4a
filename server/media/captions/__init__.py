"""`roomtone captions`: what speakers say, as rows of `captions`, written with the operator's login.

A participant in the audience hears the room like any other; each speaker who agrees has a recogniser of their own. docs/captions.md has
the interface for other recognisers.
"""
