"""Speed, memory and robustness, measured beside named peers."""
