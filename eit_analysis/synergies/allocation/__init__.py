"""What can happen together: the best joint plan, its frontier, what one more tonne would be worth."""
