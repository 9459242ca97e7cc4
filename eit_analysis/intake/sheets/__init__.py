"""Files to the rows of each table: which sheet is what, what is personal, and the account of every row."""
