"""What each subcommand of ``eit`` calls and says, no logic; what it imports, it imports when it is asked."""
