"""Pages for importing and exporting a member's list: /list/import/ and /list/export/."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.lookups import IsNull
from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import ImportRow, ListImport, OwnEntry
from accounts.personal_data import export_personal_data
from accounts.portability import tasks
from accounts.portability.exports import KINDS, export_list
from accounts.portability.formats.csv_files import write_table
from accounts.portability.formats.detection import ListFormat, look_at_table
from accounts.portability.formats.rows import PortabilityError
from accounts.portability.forms import AccountImportForm, ColumnsForm, FileImportForm, RuleForm, ScaleForm
from accounts.portability.imports import progress, queries, reading, writing
from accounts.requests import MemberRequest
from anirec.lib.web.downloads import download
from catalog.search.find import search_titles
from catalog.titles.queries import visible_title

State = ListImport.State
Outcome = ImportRow.Outcome
FIXED_SCALES = (ListFormat.MAL_XML, ListFormat.OWN_JSON)  # formats whose scores are always out of 10
PAGE = 50
SUGGESTED = 8  # titles suggested for an unmatched row
SAMPLE = 3  # sample rows beside the columns of a CSV file


@require_GET
@login_required
def personal_data(request: MemberRequest) -> HttpResponseBase:
    """Download what the site stores about the member beside their list."""
    name = f"anirec-{request.user.username}-account.json"
    return download(request, name, "application/json", export_personal_data(request.user))


@require_http_methods(["GET", "POST"])
@login_required
def imports(request: MemberRequest) -> HttpResponse:
    """Import a list from a file or another site."""
    if request.method == "GET":
        return _start(request)
    return _from_account(request) if "account" in request.POST else _from_file(request)


def _from_file(request: MemberRequest) -> HttpResponse:
    form = FileImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start(request, file=form)
    file = form.cleaned_data["file"]
    try:
        return redirect(reading.open_file(request.user, file.name, file.read()))
    except PortabilityError as error:
        form.add_error("file", str(error))
        return _start(request, file=form)


def _from_account(request: MemberRequest) -> HttpResponse:
    form = AccountImportForm(request.POST)
    if not form.is_valid():
        return _start(request, account=form)
    opened = reading.start_fetch(request.user, form.cleaned_data["service"], form.cleaned_data["account"])
    tasks.send(opened)
    return redirect(opened)


def _start(request: MemberRequest, **forms: Any) -> HttpResponse:
    context = {
        "file": FileImportForm(),
        "account": AccountImportForm(),
        "history": queries.history(request.user)[:20],
        **forms,
    }
    return render(request, "accounts/portability/start.html", context, status=422 if forms else 200)


@require_GET
@login_required
def import_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show an import in its current state: waiting, choosing columns, or its rows."""
    opened = _import(request, pk)
    if opened.is_waiting:
        fragment = request.htmx.target == "waiting"
        context = {"import": opened, "progress": progress.current(opened.pk)}
        return render(request, f"accounts/portability/{'_waiting' if fragment else 'waiting'}.html", context)
    if request.htmx.target == "waiting":
        return HttpResponseClientRefresh()
    if opened.state == State.COLUMNS:
        return _columns(request, opened)
    return _rows(request, opened)


def _rows(request: MemberRequest, opened: ListImport) -> HttpResponse:
    outcome = request.GET.get("outcome", "")
    page = Paginator(queries.rows_of(opened, request.user, outcome), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"import": opened, "page": page, "outcome": outcome}
    if request.htmx.target == "pager":
        return render(request, "accounts/portability/_rows.html", context)
    counts = queries.outcome_counts(opened)
    numbers = {count.outcome: count.n for count in counts}
    context |= {"counts": counts, "n": numbers, "n_written": _n_written(numbers)}
    if opened.state in (State.PREVIEW, State.DONE):
        context["own"] = [(OwnEntry.Kind(kind).label, n) for kind, n in queries.own_counts(opened).items()]
        context["n_hidden"] = queries.hidden_by_settings(opened, request.user)
    if opened.state == State.PREVIEW and opened.examples and opened.has_upload and opened.format not in FIXED_SCALES:  # type: ignore[attr-defined]
        context["scale"] = ScaleForm(initial={"scale": opened.scale})
    if opened.state == State.PREVIEW and any(numbers.get(value) for value in (Outcome.UPDATED, Outcome.KEPT)):
        context["rule"] = RuleForm(initial={"rule": opened.rule}, has_times=reading.has_times(opened))
    return render(request, "accounts/portability/rows.html", context)


def _n_written(numbers: dict[str, int]) -> int:
    return numbers.get(Outcome.CREATED, 0) + numbers.get(Outcome.UPDATED, 0)


@require_http_methods(["GET", "POST"])
@login_required
def columns(request: MemberRequest, pk: int) -> HttpResponse:
    """Match the columns of a CSV file to fields; also again, from the preview."""
    waiting = ListImport.objects.filter(user=request.user, state__in=(State.COLUMNS, State.PREVIEW))
    opened = get_object_or_404(waiting.exclude(upload=None), pk=pk)
    if request.method == "GET":
        return _columns(request, opened)
    form = ColumnsForm(request.POST, table=look_at_table(bytes(opened.upload or b"")), opened=opened)
    if not form.is_valid():
        return _columns(request, opened, form)
    try:
        return redirect(reading.read_columns(opened, form.columns, form.cleaned_data["scale"]))
    except PortabilityError as error:
        form.add_error(None, str(error))
        return _columns(request, opened, form)


def _columns(request: MemberRequest, opened: ListImport, form: ColumnsForm | None = None) -> HttpResponse:
    table = look_at_table(bytes(opened.upload or b""))
    sample = [[(line[at] if at < len(line) else "")[:80] for at in range(len(table.header))] for line in table.sample]
    context = {"import": opened, "table": table, "sample": sample[:SAMPLE]}
    context["form"] = form or ColumnsForm(table=table, opened=opened)
    return render(request, "accounts/portability/columns.html", context, status=422 if form else 200)


@require_POST
@login_required
def rule(request: MemberRequest, pk: int) -> HttpResponse:
    opened = _import(request, pk, State.PREVIEW)
    form = RuleForm(request.POST, has_times=reading.has_times(opened))
    if not form.is_valid():
        return HttpResponseBadRequest(_("Unknown rule. Choose one from the list."))
    reading.replan(opened, form.cleaned_data["rule"])
    return redirect(opened)


@require_POST
@login_required
def keep_own(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep the rows that have no title as own entries, or leave them out."""
    opened = _import(request, pk, State.PREVIEW)
    reading.replan(opened, keeps_own=request.POST.get("keep") == "1")
    return redirect(opened)


@require_POST
@login_required
def scale(request: MemberRequest, pk: int) -> HttpResponse:
    """Read the file again with scores on another scale."""
    opened = _import(request, pk, State.PREVIEW)
    form = ScaleForm(request.POST)
    if not form.is_valid() or not opened.has_upload:  # type: ignore[attr-defined]
        return HttpResponseBadRequest(_("Unknown scale. Choose one from the list."))
    try:
        reading.read_on_scale(opened, form.cleaned_data["scale"])
    except PortabilityError as error:
        messages.error(request, str(error))
    return redirect(opened)


@require_POST
@login_required
def run(request: MemberRequest, pk: int) -> HttpResponse:
    """Queue the import for a worker; also again, if it seems stuck."""
    opened = _import(request, pk)
    if writing.queue(opened) or opened.state in (State.FETCHING, State.QUEUED):
        tasks.send(opened)
    return redirect(opened)


@require_POST
@login_required
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    opened = _import(request, pk)
    if writing.undo_import(opened):
        messages.success(request, _("Import undone. Your list is back to how it was."))
    return redirect(opened)


@require_POST
@login_required
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete an import. The list is unchanged."""
    _import(request, pk).delete()
    messages.success(request, _("Import discarded. Your list is unchanged."))
    return redirect("accounts:imports")


@require_GET
@login_required
def report(request: MemberRequest, pk: int) -> HttpResponseBase:
    opened = _import(request, pk)
    return download(request, f"import-{opened.pk}.csv", "text/csv", write_table(queries.report_lines(opened)))


@require_http_methods(["GET", "POST"])
@login_required
def row(request: MemberRequest, pk: int) -> HttpResponse:
    """Resolve a previewed row without a title: search for its title, or leave it out."""
    import_row = get_object_or_404(
        ImportRow.objects.select_related("list_import"), pk=pk, list_import__user=request.user
    )
    if request.method == "POST":
        return _settle(request, import_row)
    query = request.GET.get("q", import_row.name)
    context = {"row": import_row, "query": query, "titles": search_titles(query, request.user, SUGGESTED)}
    if request.htmx.target == f"found-{import_row.pk}":
        return render(request, "accounts/portability/_found.html", context)
    return render(
        request, "accounts/portability/_resolve.html" if request.htmx else "accounts/portability/row.html", context
    )


def _settle(request: MemberRequest, import_row: ImportRow) -> HttpResponse:
    before = import_row.outcome
    try:
        if "dismiss" in request.POST:
            writing.dismiss_row(import_row)
        else:
            title = visible_title(_number(request.POST.get("title")), request.user)
            writing.resolve_row(import_row, title)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if not request.htmx:
        return redirect(f"{import_row.list_import.get_absolute_url()}?outcome={before}")
    settled = queries.rows_of(import_row.list_import, request.user).get(pk=import_row.pk)
    return render(request, "accounts/portability/_row.html", {"row": settled, "import": import_row.list_import})


@require_GET
@login_required
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Export the whole list as a file."""
    lines = export_list(request.user, kind, has_bom=request.GET.get("bom") == "1")
    return download(request, f"anirec-{request.user.username}.{kind}", KINDS[kind], lines)


def _import(request: MemberRequest, pk: int, *states: str) -> ListImport:
    imports = ListImport.objects.filter(user=request.user, **({"state__in": states} if states else {}))
    return get_object_or_404(imports.defer("upload", "extra").annotate(has_upload=IsNull(F("upload"), False)), pk=pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
