"""The house band: a bot that plays music of its own, so that whoever comes alone receives something."""
