"""Signaling by rows: one interface (`client.py`), two clients (`http_client.py`, `database_client.py`), and a seat that is held with either (`held_seat.py`)."""
