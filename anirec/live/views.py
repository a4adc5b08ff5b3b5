"""/live/: polling fallback for pages without a socket."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anirec.live.state import state_of


@never_cache
@require_GET
def live(request: HttpRequest) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse(state_of(request.user.pk) or {})
