"""What a survey is worth: who answered, how fully, and how far the answers can be relied on."""
