"""Go back to an earlier model."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.models import ModelVersion
from recommendations.pipelines.publish import NotPublishedError, activate


class Command(BaseCommand):
    help = "Serve an earlier published model version: the one before the active one, or the one named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", type=int, nargs="?", help="a version's number (default: the one active before)")
        parser.add_argument("--list", action="store_true", dest="only_list", help="list the published versions instead")

    def handle(self, *, version: int | None, only_list: bool, **options: Any) -> None:
        published = ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHED)
        if only_list:
            return self._list(published)
        others = published.filter(is_active=False).order_by("-activated_at")
        target = (others if version is None else published.filter(pk=version)).first()
        if target is None:
            raise CommandError("there is no such published version: --list shows those there are")
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
