"""Who may do what in the database: roles, grants and row-level security, declared in one place."""
