"""Web Push: notifications for browsers in which the page is not open, read from rows and sent to the browsers' push services.

It may import everything below `transports`, and asks the database by the `relay_…` functions alone.
"""
