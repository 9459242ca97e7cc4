"""What is doubtful in clean tables: marked with its reason, never changed."""
