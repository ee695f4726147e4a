"""Rooms from Python: bots, the house band and media nodes, each a client of the database like a browser.

    signaling/          signaling clients over the database or HTTP, and a seat that is held with one
    mesh.py             the direct connections with other participants (each a direct_connection.py)
    node_connection.py  the connection with a media node
    routes.py           which of the two a room uses
    aiortc_internals/   everything that is used of aiortc beyond its public interface
    session_audio.py    the audio of a session: a sound, encoded once for all listeners (sent_audio.py), and what it receives
    room_session.py     all of it together: `async with room_session(client, room, sound=tone(440)) as session`
    bot.py              `roomtone bot`
    band/, node/        the house band, and media nodes, in processes of their own

May import `postgres`, `log`, `formats`, `settings` and `supervision`, never `relay`, `transports`, `rows` or `http`; these import
nothing of it.
"""
