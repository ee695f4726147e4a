"""Rooms from Python: a peer that takes a seat, speaks and receives. A client of the database, like anyone.

    signaling/   a seat in a room, over the database or over HTTP, kept whatever breaks
    mesh.py      who is connected with whom;  connection.py  one connection, on aiortc
    node_line.py the one connection to a media node;  routes.py  which of both ways a room goes just now
    voice.py     what is said, encoded once for everybody;  sounds.py  what there is to say
    hearing.py   what others say, person by person
    visit.py     all of it together: `async with room_session(line, room, sound=tone(440)) as visit`
    bot.py       `roomtone bot`;  band/  the house band

Nothing here imports the relay, and the relay imports nothing of this: it runs in processes of its own.
"""
