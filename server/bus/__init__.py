"""One pump reads each room's log once and publishes it on NATS; relays receive it there instead of LISTENing.

It may import `postgres/` and `log/`. What is lost on the bus is noticed and read from the database, so it carries no promise.
"""
