"""Who is best placed to take what: the top partners of every output within reach, at any scale."""
