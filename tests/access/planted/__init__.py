"""What nobody should write: views and tasks that forget for whom they work."""
