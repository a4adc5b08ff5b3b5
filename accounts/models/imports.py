from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.own_entries import OwnEntry
from accounts.models.users import User
from catalog.models import Title


class Conflict(models.TextChoices):
    """The rule for entries that are both on the list and in the file."""

    NEWER = "newer", _("The most recently changed")
    HIGHER = "higher", _("The higher score")
    MINE = "mine", _("My current entry")
    THEIRS = "theirs", _("The imported entry")


class ListImport(models.Model):
    """A list import: read, previewed, then written at once. Changed only by `accounts.portability.imports`."""

    class State(models.TextChoices):
        COLUMNS = "columns", _("Columns needed")
        FETCHING = "fetching", _("Fetching")
        PREVIEW = "preview", _("Ready to import")
        QUEUED = "queued", _("Importing")
        DONE = "done", _("Imported")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(User, models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=State)
    format = models.CharField(max_length=10)  # one of accounts.portability.formats.detection.ListFormat
    name = models.CharField(max_length=200, help_text="Of the file, or of the account elsewhere.")
    rule = models.CharField(max_length=10, choices=Conflict, default=Conflict.THEIRS)
    keeps_own = models.BooleanField(
        default=True, help_text="Whether titles that the catalogue lacks become the member's own entries."
    )
    message = models.TextField(blank=True, help_text="Why it failed.")
    upload = models.BinaryField(null=True, help_text="The file, until it is written.")
    columns = models.JSONField(default=dict, help_text="Of a table: our field → its column.")
    scale = models.PositiveSmallIntegerField(default=10, help_text="What the file's scores are out of.")
    is_scale_sure = models.BooleanField(default=True, help_text="False if the scale is a guess that may be wrong.")
    examples = models.JSONField(default=list, help_text="Scores as the file writes them, and as they are imported.")
    remarks = models.JSONField(default=list, help_text="What was repaired or assumed for the whole file.")
    extra = models.JSONField(
        default=dict, help_text="What other apps read: section → items; after writing, their undo."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="import_recent")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name} ({self.state})"

    def get_absolute_url(self) -> str:
        return reverse("accounts:import", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state in (self.State.FETCHING, self.State.QUEUED)


class ImportRow(models.Model):
    """One row of an import, with its outcome: planned, or actual once the import is written."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("New")
        UPDATED = "updated", _("Changed")
        KEPT = "kept", _("Your entry kept")
        UNCHANGED = "unchanged", _("Unchanged")
        OWN = "own", _("Kept as your own entry")
        UNMATCHED = "unmatched", _("Title not found")
        DUPLICATE = "duplicate", _("Duplicate row")
        INVALID = "invalid", _("Invalid")
        DISMISSED = "dismissed", _("Skipped")
        UNDONE = "undone", _("Undone")
        LEFT = "left", _("Kept (changed later)")

    list_import = models.ForeignKey(ListImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300, blank=True, help_text="As the file calls it.")
    hint = models.CharField(max_length=40, blank=True, help_text="Year and format, as the file says.")
    is_hidden = models.BooleanField(default=False, help_text="A hidden title instead of an entry.")
    title = models.ForeignKey(Title, models.SET_NULL, null=True, related_name="+")
    about = models.JSONField(
        default=dict, help_text="Of a title that the catalogue lacks: its kind, IDs, year, format and parts."
    )
    own_entry = models.ForeignKey(OwnEntry, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    values = models.JSONField(default=dict, help_text="What the file says of the entry, without what it leaves open.")
    before = models.JSONField(null=True, help_text="The entry before the import; null when there was none.")
    remark = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_import", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["list_import", "outcome", "number"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.list_import_id}, row {self.number}: {self.outcome}"
