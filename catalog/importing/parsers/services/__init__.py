"""Parsers of live services' answers: bytes in, rows out. No network, no database."""
