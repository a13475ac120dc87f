"""What is kept of what came from outside: all SQL of the live pages."""
