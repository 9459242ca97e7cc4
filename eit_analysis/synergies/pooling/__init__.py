"""Like flows, purchases and needs within reach, together above a threshold that no member crosses alone."""
