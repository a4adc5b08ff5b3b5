"""A rehearsal: a server that answers as the sources do, and a week of changes that the site lives in a minute."""
