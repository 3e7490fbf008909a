"""Mails as people see them: every kind for staff, and a developer's own mailbox."""
