"""A seat in a room, by rows: one interface (`line.py`), two lines (`http.py`, `database.py`), kept by `held_seat.py`."""
