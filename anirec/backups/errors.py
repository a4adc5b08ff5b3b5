class BackupError(Exception):
    """A backup can't be made, read or restored; the message says why and what to do."""


class AlreadyRunningError(BackupError):
    """Another backup or restore is running."""
