"""A wave from raw sheets to checked tables and their files."""
