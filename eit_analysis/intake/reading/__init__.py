"""What the reading process imports to open one untrusted file: standard library and calamine only."""
