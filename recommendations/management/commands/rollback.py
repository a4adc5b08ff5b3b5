"""Roll back to an earlier model version."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.models import ModelVersion
from recommendations.publishing.publish import NotPublishedError, activate


class Command(BaseCommand):
    help = "Roll back to an earlier model version: the previous one, or the given one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", type=int, nargs="?", help="version number (default: the previous live version)")
        parser.add_argument("--list", action="store_true", dest="only_list", help="list the published versions instead")

    def handle(self, *, version: int | None, only_list: bool, **options: Any) -> None:
        published = ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHED)
        if only_list:
            return self._list(published)
        others = published.filter(is_active=False).order_by("-activated_at")
        target = (others if version is None else published.filter(pk=version)).first()
        if target is None:
            raise CommandError("unknown version: run with --list to see the published versions")
        try:
            activate(target)
        except NotPublishedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"live: {target}")

    def _list(self, published: Any) -> None:
        for version in published:
            mark = "→" if version.is_active else " "
            self.stdout.write(
                f"{mark} {version.pk:>4}  {version.get_kind_display()}  {version.activated_at:%Y-%m-%d %H:%M}  "
                f"{version.message}"
            )
