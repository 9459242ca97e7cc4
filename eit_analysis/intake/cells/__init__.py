"""One cell as people type it to one clean value, and cells held column by column."""
