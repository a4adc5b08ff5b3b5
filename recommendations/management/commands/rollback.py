"""Go back to an earlier model."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.models import ModelVersion
from recommendations.pipelines.publish import NotPublishedError, activate


class Command(BaseCommand):
    help = "Serve an earlier published model version: the one before the active one, or the one named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", type=int, nargs="?", help="a version's number; without it they are listed")
        parser.add_argument("--previous", action="store_true", help="the one that was active before")

    def handle(self, *, version: int | None, previous: bool, **options: Any) -> None:
        published = ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHED)
        if version is not None:
            target = published.filter(pk=version).first()
        elif previous:
            target = published.filter(is_active=False).order_by("-activated_at").first()
        else:
            return self._list(published)
        if target is None:
            raise CommandError("there is no such published version")
        try:
            activate(target)
        except NotPublishedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"now serving: {target}")

    def _list(self, published: Any) -> None:
        for version in published:
            mark = "→" if version.is_active else " "
            self.stdout.write(
                f"{mark} {version.pk:>4}  {version.get_kind_display()}  {version.activated_at:%Y-%m-%d %H:%M}  {version.message}"
            )
