"""Does the survey balance: reconciliation of a network, gross errors, what is not explained."""
