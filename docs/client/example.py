"""An example client of the API, with Python's standard library alone.

    python docs/client/example.py http://127.0.0.1:8000 anirec_…

It looks a title up, scores it so that the score is never given twice, walks through the whole list page by page,
and prints what to watch next.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import uuid4


class ProblemError(Exception):
    """What the API says is wrong (RFC 9457)."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['status']} {problem['title']}: {problem['detail']} {problem.get('errors', '')}")
        self.status = problem["status"]


class Client:
    def __init__(self, site: str, token: str) -> None:
        self.root, self.token = f"{site.rstrip('/')}/api/v1", token

    def get(self, path: str, **parameters: Any) -> Any:
        return self._ask("GET", f"{self.root}{path}?{urlencode(parameters, doseq=True)}")[0]

    def pages(self, path: str, **parameters: Any) -> Iterator[Any]:
        """Everything of a list, whatever its length."""
        address = f"{self.root}{path}?{urlencode(parameters, doseq=True)}"
        while address:
            page, _tag = self._ask("GET", address)
            yield from page["results"]
            address = page["next"]

    def change_entry(self, title_id: int, **fields: Any) -> Any:
        """Change an entry of the list, unless somebody else has changed it since it was read."""
        address = f"{self.root}/my/list/{title_id}/"
        try:
            seen = {"If-Match": self._ask("GET", address)[1]}
        except ProblemError as problem:
            if problem.status != 404:
                raise
            seen = {"If-None-Match": "*"}
        return self._ask("PATCH", address, fields, seen)[0]

    def _ask(
        self, method: str, address: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[Any, str]:
        """The answer and its ETag. Waits when it is told to; the key lets a write be sent again without harm."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        if method != "GET":
            sent["Idempotency-Key"] = str(uuid4())
        data = None if body is None else json.dumps(body).encode()
        while True:
            try:
                with urlopen(Request(address, data, sent, method=method), timeout=30) as answer:
                    return json.load(answer), answer.headers.get("ETag", "")
            except HTTPError as error:
                if error.code != 429:
                    raise ProblemError(json.load(error)) from error
                time.sleep(int(error.headers["Retry-After"]))


def main(site: str, token: str) -> None:
    client = Client(site, token)
    print("Token of", client.get("/token/")["username"])
    found = client.get("/titles/", sort="popular", limit=1)["results"][0]
    client.change_entry(found["id"], score=9)
    print("Scored:", found["name"])
    entries = list(client.pages("/my/list/", limit=20))
    print("On the list:", len(entries))
    for item in client.get("/my/recommendations/", n=5)["items"]:
        reasons = ", ".join(reason["name"] for reason in item["reasons"][:2])
        print(f"  {item['title']['name']}" + (f" (because of {reasons})" if reasons else ""))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
