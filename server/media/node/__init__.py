"""Media nodes: processes that take a seat in a room and carry everybody's audio, so that nobody needs more than one connection."""
