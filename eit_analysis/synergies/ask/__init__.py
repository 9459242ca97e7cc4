"""What to ask first: of an exchange its giver, its taker and the register, and of a group its members."""
