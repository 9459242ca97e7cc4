"""Who could buy, hire, train or collect together: thresholds, groups, rounds and savings."""
