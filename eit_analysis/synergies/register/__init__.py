"""What became of each lead of the register, and whether the methods find it again."""
