"""The JSON API under fire: requests made from its own OpenAPI description by schemathesis.

    python -m benchmarks.api_fuzz                  # the table of README.md
    python -m benchmarks.api_fuzz --examples 8 --gate

In process, over a copy of the starter library, as an administrator with a token: each operation
gets requests that fit the description and requests that do not, half of them with the ids and
hashes of documents that exist. An answer must be one that the description names, of its type and
schema, and no 500. PDF is left out, since it would measure LibreOffice.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks, openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup

from store.scaffold import init_workspace
from web import WebConfig, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from schemathesis import APIOperation, Case

SEED = 8
KNOWN = (
    "管理制度/考勤与休假管理办法",
    "管理制度/考勤与休假管理办法@2022",
    "年终总结/清河农商银行客户部2024年工作总结",
    "岗位职责/大堂经理岗位职责",
    "短信模板/银行客户关怀短信",
)
PASSWORD = "loopback-91-qx"


class Run:
    """One run: what was asked, what was answered, what was wrong."""

    def __init__(self, app: Flask, examples: int, seconds: float) -> None:
        """Fire so many requests of each sort at each operation, for so long at most."""
        self.app = app
        self.examples = examples
        self.until = time.monotonic() + seconds
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []
        self.random = random.Random(SEED)
        site = app.extensions["wenshu"]
        account = site.accounts.add("fuzz", PASSWORD, role="系统管理员")
        self.headers = {
            "Authorization": f"Bearer {site.accounts.new_token(account.id, 'fuzz')}",
            "Host": "127.0.0.1",
            "Accept-Encoding": "identity",  # the client in this process unpacks nothing
        }

    def all(self) -> None:
        """Every operation, those that delete last."""
        schema = openapi.from_wsgi(
            "/api/openapi.json", self.app, headers=self.headers, config=SchemathesisConfig()
        )
        found = [result.ok() for result in schema.get_all_operations()]
        for operation in sorted(found, key=lambda one: one.method == "delete"):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self.operation(operation, mode)

    def operation(self, operation: APIOperation, mode: GenerationMode) -> None:
        """One operation, with requests of one sort."""

        @seed(SEED)
        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def fire(case: Case) -> None:
            if time.monotonic() < self.until:
                self.one(case)

        try:
            fire()
        except Unsatisfiable:  # nothing could be wrong about it
            return

    def one(self, case: Case) -> None:
        """One request and what is demanded of its answer."""
        self.aim(case)
        try:
            answer = case.call(headers=self.headers)
        except (ValueError, UnicodeError):  # the client cannot send it
            return
        self.statuses[answer.status_code] += 1
        demanded = [
            checks.not_a_server_error,
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_schema_conformance,
        ]
        if answer.status_code == 503:  # LibreOffice is absent, another program saves: told
            demanded.pop(0)
        try:
            case.validate_response(answer, checks=demanded)
        except (Failure, FailureGroup) as error:
            told = error.exceptions if isinstance(error, FailureGroup) else (error,)
            for one in told:
                line = str(one).strip().splitlines()[0]
                self.faults.append(f"{case.method} {case.formatted_path}: {line}")

    def aim(self, case: Case) -> None:
        """Half of the requests name what exists; none asks for PDF."""
        if isinstance(case.query, dict) and case.query.get("format") == "pdf":
            case.query["format"] = "docx"
        if isinstance(case.body, dict) and case.body.get("format") == "pdf":
            case.body["format"] = "docx"
        if not (isinstance(case.path_parameters, dict) and "id" in case.path_parameters):
            return
        if self.random.random() < 0.5:
            return
        wanted = self.random.choice(KNOWN)
        case.path_parameters["id"] = wanted
        if isinstance(case.headers, dict) and "If-Match" in case.headers:
            workspace = self.app.extensions["wenshu"].library.state().workspace
            if entry := workspace.catalogue.get(wanted):
                case.headers["If-Match"] = f'"{workspace.read(entry)[4]}"'


def run(examples: int, seconds: float) -> Run:
    """A run over a library of its own."""
    with tempfile.TemporaryDirectory(prefix="wenshu-fuzz-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "库"
        init_workspace(root)
        app = create_app(root, config=WebConfig(refresh_seconds=0.5))
        found = Run(app, examples, seconds)
        found.all()
        app.extensions["wenshu"].database.close()
        return found


def lines(found: Run, took: float) -> Iterator[str]:
    """The table."""
    total = sum(found.statuses.values())
    yield "| requests | 2xx | 4xx | 503 told | other 5xx | against the description | seconds |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    by_class = Counter(status // 100 for status in found.statuses.elements())
    told = found.statuses[503]
    yield (
        f"| {total} | {by_class[2]} | {by_class[4]} | {told} | {by_class[5] - told} "
        f"| {len(found.faults)} | {took:.0f} |"
    )


def main() -> int:
    """Run, print the table and what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=40, help="of each sort for an operation")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--gate", action="store_true", help="fail where anything was wrong")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    begun = time.monotonic()
    found = run(args.examples, args.seconds)
    print("\n".join(lines(found, time.monotonic() - begun)))
    for fault in found.faults[:40]:
        print(f"- {fault}")
    return 1 if args.gate and found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
