"""The tests' database: how each process gets one, and how it is emptied again."""
