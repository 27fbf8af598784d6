"""An earlier text brought back: by script and by page under the same rule."""

from __future__ import annotations

from test_web_api_writing import LEAVE, RULE, Script, match
from tools_web import make_app


def test_a_text_in_force_is_not_restored_by_script(make_workspace):
    workspace = make_workspace({LEAVE: RULE})
    zhi = Script(make_app(workspace.root, people=True), "zhi")
    now = zhi.json("GET", "/api/text/{id}", LEAVE)
    body = {"body": "1. 请假要先批准。\n", "why": "错别字"}
    zhi.json("POST", "/api/corrections/{id}", LEAVE, json=body, headers=match(now["hash"]))
    zhi.json("POST", "/api/restore/{id}", LEAVE, json={"number": 1}, status=400)
    assert "先批准" in zhi.json("GET", "/api/text/{id}", LEAVE)["body"]
