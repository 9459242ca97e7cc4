"""Study 1: what enters, what leaves and where it goes."""
