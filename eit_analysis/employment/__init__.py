"""Study 3: people, jobs and skills."""
