"""Study 2: who could exchange or share what."""
