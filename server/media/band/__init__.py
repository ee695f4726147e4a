"""The house band: a bot that plays generated music, so that the first participant of a room hears something."""
