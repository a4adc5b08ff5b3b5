"""The state of each part of the site, in words. The same limits are in deploy/monitoring/alerts.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anirec.monitoring.facts import Facts, Records, Services, is_recent
from anirec.monitoring.mail import MailCheck, is_file_mail, last_check

MODEL_DAYS = 7
SOURCE_HOURS = 24
BACKUP_HOURS = 36
DISK_SHARE = 0.1
QUEUE_SECONDS = {
    "interactive": 300, "import": 1800, "deliveries": 1800, "train": 6 * 3600, "publish": 3600,
    "sources": 3600,
}  # fmt: skip


class State(models.TextChoices):
    WORKING = "working", gettext_lazy("Working")
    ATTENTION = "attention", gettext_lazy("Attention")
    DOWN = "down", gettext_lazy("Down")


@dataclass(frozen=True)
class Part:
    """about: what is known of it; advice: what to do, empty while it works."""

    name: str | Promise
    state: State
    since: datetime | None = None
    about: str = ""
    advice: str = ""


def parts_of(facts: Facts) -> list[Part]:
    """Return all parts, in the order of the page."""
    return [
        _database(facts.records),
        _cache(facts.services),
        _web(),
        *_processes(facts),
        _queues(facts.services),
        _model(facts.records),
        _sources(facts.records),
        _backups(facts),
        _disk(facts),
        _mail(last_check()),
    ]


def _unknown(name: str) -> Part:
    return Part(name, State.ATTENTION, advice=_("Unknown while another part is down."))


def _database(records: Records | None) -> Part:
    if records is None:
        return Part(_("Database"), State.DOWN, advice=_("Start PostgreSQL, or check DATABASE_URL."))
    return Part(_("Database"), State.WORKING, records.started_at)


def _cache(services: Services | None) -> Part:
    name = _("Cache and queue")
    if services is None:
        return Part(name, State.DOWN, advice=_("Start Valkey, or check REDIS_URL. Pages work, but jobs wait."))
    return Part(name, State.WORKING, _time(services.started_at))


def _web() -> Part:
    import psutil  # only staff look at this

    return Part(_("Web process"), State.WORKING, _time(psutil.Process().create_time()))


def _processes(facts: Facts) -> Iterator[Part]:
    services = facts.services
    for name, queue in ((_("Worker"), "interactive"), (_("Trainer"), "train")):
        yield _unknown(name) if services is None else _worker(name, services, queue)
    if services is None:
        yield _unknown(_("Scheduler"))
    elif is_recent(services.beat_seen, facts.at):
        yield Part(_("Scheduler"), State.WORKING)
    else:
        yield Part(
            _("Scheduler"), State.DOWN, _time(services.beat_seen),
            advice=_("Start beat. Until then, no scheduled job runs."),
        )  # fmt: skip


def _worker(name: str, services: Services, queue: str) -> Part:
    names = [worker for worker, queues in services.workers.items() if queue in queues]
    if names:
        return Part(name, State.WORKING, about=", ".join(names))
    return Part(
        name, State.DOWN, _time(services.queues[queue].served_at),
        advice=_("Start a worker for the “%(queue)s” queue. Its jobs wait until then.") % {"queue": queue},
    )  # fmt: skip


def _queues(services: Services | None) -> Part:
    if services is None:
        return _unknown(_("Queues"))
    n = sum(queue.length for queue in services.queues.values())
    about = ngettext("%(n)s job queued", "%(n)s jobs queued", n) % {"n": n}
    late = {name: queue for name, queue in services.queues.items() if queue.oldest > QUEUE_SECONDS[name]}
    if not late:
        return Part(_("Queues"), State.WORKING, about=about)
    since = timezone.now() - timedelta(seconds=max(queue.oldest for queue in late.values()))
    advice = _("Jobs wait too long in: %(queues)s. Check the workers, or add one.") % {"queues": ", ".join(late)}
    return Part(_("Queues"), State.ATTENTION, since, about, advice)


def _model(records: Records | None) -> Part:
    name = _("Model")
    if records is None:
        return _unknown(name)
    model = records.model
    if model is None:
        advice = _("Train a model on the Jobs page. Members see the most popular titles.")
        return Part(name, State.ATTENTION, advice=advice)
    about = _("Version %(n)s, trained %(time)s ago") % {"n": model.version, "time": timesince(model.trained_at)}
    if records.rebuild and records.rebuild[0] == "failed":
        advice = _("The last training failed. Read why on the Models page.")
        return Part(name, State.ATTENTION, records.rebuild[1], about, advice)
    if model.trained_at < timezone.now() - timedelta(days=MODEL_DAYS):
        advice = _("Check on the Models page why no newer one went live.")
        return Part(name, State.ATTENTION, model.live_since, about, advice)
    return Part(name, State.WORKING, model.live_since, about)


def _sources(records: Records | None) -> Part:
    name = _("Catalogue")
    if records is None:
        return _unknown(name)
    if not records.sources:
        return Part(name, State.WORKING, about=_("No source is enabled: titles stay as they were imported."))
    newest = max((one.answered_at for one in records.sources.values() if one.answered_at), default=None)
    about, oldest_allowed = ", ".join(records.sources), timezone.now() - timedelta(hours=SOURCE_HOURS)
    daily = {source: one.answered_at for source, one in records.sources.items() if one.is_daily}
    late = [source for source, at in daily.items() if at is None or at < oldest_allowed]
    if late:
        advice = _("No answer for a day from: %(names)s. Sources says why.") % {"names": ", ".join(late)}
        return Part(name, State.ATTENTION, newest, about, advice)
    return Part(name, State.WORKING, newest, about)


def _backups(facts: Facts) -> Part:
    name, backup = _("Backups"), facts.backup
    if backup is None:
        advice = _("No backup yet. Schedule one: see “Backups” in docs/operations.md.")
        return Part(name, State.ATTENTION, advice=advice)
    if backup.error:
        advice = _("The last backup failed: %(why)s") % {"why": backup.error}
        return Part(name, State.DOWN, backup.finished_at, advice=advice)
    about = filesizeformat(backup.bytes or 0)
    if backup.finished_at is None or backup.finished_at < timezone.now() - timedelta(hours=BACKUP_HOURS):
        advice = _("The last backup is too old. Check its schedule.")
        return Part(name, State.ATTENTION, backup.finished_at, about, advice)
    return Part(name, State.WORKING, backup.finished_at, about)


def _disk(facts: Facts) -> Part:
    name = _("Disk")
    about = _("%(free)s free of %(size)s") % {
        "free": filesizeformat(facts.disk_free), "size": filesizeformat(facts.disk_size),
    }  # fmt: skip
    if facts.is_read_only:
        advice = _("The disk is full, so the site is read-only. Free some space.")
        return Part(name, State.DOWN, about=about, advice=advice)
    if facts.disk_free < DISK_SHARE * facts.disk_size:
        advice = _("Free some space, or move DATA_DIR to a larger disk.")
        return Part(name, State.ATTENTION, about=about, advice=advice)
    return Part(name, State.WORKING, about=about)


def _mail(check: MailCheck | None) -> Part:
    name = _("E-mail")
    if is_file_mail():
        return Part(name, State.ATTENTION, advice=_("E-mails are only written to files. Set EMAIL_URL."))
    if check is None:
        return Part(name, State.ATTENTION, advice=_("Not tested yet. Send a test e-mail below."))
    if check.error:
        return Part(name, State.DOWN, check.at, advice=_("The last test failed: %(why)s") % {"why": check.error})
    return Part(name, State.WORKING, check.at, _("Last test sent"))


def _time(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
