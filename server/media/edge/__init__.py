"""An edge: sends a room's mix to its audience through a Janus WebRTC server, which this package leads."""
