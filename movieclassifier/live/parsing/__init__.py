"""Reading what came from outside: feeds, pages and lists of feeds, in a process that may be killed."""
