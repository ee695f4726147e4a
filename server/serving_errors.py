"""Why nothing could be served, in a line for the user. Commands report both, and need not import for it what serves."""


class CannotServeError(Exception):
    """The first relay process ended before it served."""


class CannotListenError(Exception):
    """The address cannot be used; the text tells the user why."""
