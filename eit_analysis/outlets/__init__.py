"""Which activities could take a waste: the answer of `eit outlets`, as plain values and as a page."""
