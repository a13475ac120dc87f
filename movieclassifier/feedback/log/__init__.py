"""The log of predictions and votes; the only SQL of the program."""
