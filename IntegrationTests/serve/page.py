# SPDX-License-Identifier: Apache-2.0
"""The page of `mumic serve` in a real browser, against a server that runs.

    python3 IntegrationTests/serve/page.py URL PICTURE PICTURE… [--without compare,similar,axe]

Needs `pip install playwright axe-playwright-python` and Chromium (Debian's; $CHROMIUM says where another one is). The
server must have a model with labels, two models (compare) and an index (similar); a server without one of these is an
error unless --without names it, and what was left out is printed. Busy, lost and refusing servers are played by
intercepting the requests, so that any server will do. Exit status 0: everything held.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import pathlib
import re
import sys
import traceback
import urllib.parse
import urllib.request

import browser
from browser import axe_script, launch
from playwright.sync_api import Error, expect, sync_playwright

parser = argparse.ArgumentParser()
parser.add_argument("url")
parser.add_argument("pictures", nargs="+", type=pathlib.Path)
parser.add_argument("--without", default="", help="compare, similar, axe")
arguments = parser.parse_args()
without = set(filter(None, arguments.without.split(",")))
assert without <= {"compare", "similar", "axe"}, f"--without does not know {without}"
assert len(arguments.pictures) >= 2, "two pictures are needed"
url = arguments.url.rstrip("/") + "/"
paths = [str(path) for path in arguments.pictures]
with urllib.request.urlopen(url + "v1/models") as answer:
    models = json.load(answer)["data"]
default = next(model for model in models if model["default"])
assert default["labels"] > 0, "the default model needs labels"
assert "compare" in without or len(models) > 1, "one model only: start the server with two, or say --without compare"
assert "similar" in without or default["index"] is not None, "the default model has no index; or say --without similar"
axe = None if "axe" in without else axe_script()


class Visit(browser.Visit):
    def __init__(self, chromium, width=1280, height=800, **options):
        super().__init__(chromium, url, width, height, **options)


def accessible(visit, where):
    browser.accessible(visit, where, axe)


def the_document_and_its_policy(chromium):
    visit = Visit(chromium)
    policy = visit.answer.headers.get("content-security-policy", "")
    text = visit.answer.text()
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        blocks = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
        assert len(blocks) == 1, f"{len(blocks)} {tag} blocks"
        digest = base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, f"{directive} does not name the block: {policy}"
    assert "default-src 'none'" in policy and "unsafe" not in policy, policy
    assert not re.search(r"\s(style|on\w+)=", re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.S)), "inline attributes"
    assert visit.answer.headers["content-type"].startswith("text/html")
    visit.close()


def pictures_go_as_they_are(chromium):
    visit = Visit(chromium)
    visit.add(*paths[:2])
    visit.settle()
    sent = visit.sent()
    assert [entry["sha"] for entry in sent] == [hashlib.sha256(pathlib.Path(p).read_bytes()).hexdigest() for p in paths[:2]]
    assert all(entry["type"].startswith("image/") for entry in sent)
    labels = visit.table("The model’s labels")
    assert min(10, default["labels"]) <= len(labels) <= default["labels"], labels
    number = r"\d%" if default["calibrated"] else r"\d"
    assert all(re.search(number, cell) for cell in visit.page.locator("article").first.locator("td").all_inner_texts())
    # A calibrated model shows probabilities; another shows scores, and says so.
    remark = visit.page.locator("article").first.get_by_text("not calibrated")
    assert remark.count() == (0 if default["calibrated"] else 1)
    request = urllib.request.Request(url + "v1/predict?" + urllib.parse.urlencode({"model": default["id"]}),
                                     pathlib.Path(paths[0]).read_bytes(), {"Content-Type": "image/jpeg"})
    with urllib.request.urlopen(request) as answer:
        scores = {entry["label"]: entry["score"] for entry in json.load(answer)["predictions"]}
    ranked = [label for label in scores if label in labels]
    assert ranked == labels, f"the server's order is {ranked}, the page's {labels}"
    expect(visit.page.locator("#status")).to_have_text("2 pictures done.")
    with urllib.request.urlopen(url + "v1/labels?" + urllib.parse.urlencode({"model": default["id"]})) as answer:
        thresholds = {label["name"]: label["threshold"] for label in json.load(answer)["labels"]}
    for index, label in enumerate(labels):
        row = visit.page.locator("article").first.locator("tbody tr").nth(index)
        at = [float(style.split(":")[1].strip(" %;")) for style in
              row.locator(".bar > *").evaluate_all("parts => parts.map(part => part.getAttribute('style'))")]
        assert len(at) == (1 if thresholds[label] is None else 2), f"{label}: {at}"
        score = scores[label]
        assert not default["calibrated"] or abs(at[0] - 100 * score) < 1e-3, f"{label}: {at}, {score}"
        if thresholds[label] is not None:
            assert not default["calibrated"] or abs(at[1] - 100 * thresholds[label]) < 1e-3, f"{label}: {at}"
            assert (score >= thresholds[label]) == ("✓" in row.inner_text()), row.inner_text()
            assert (at[0] - at[1]) * (score - thresholds[label]) >= 0, f"{label}: {at}"
    more = visit.page.get_by_role("button", name="Show all").first
    if default["labels"] > len(labels):
        more.click()
        assert len(visit.table("The model’s labels")) == default["labels"]
        visit.page.get_by_role("button", name="Show fewer labels").first.click()
        assert len(visit.table("The model’s labels")) == len(labels)
    visit.close()


def three_requests_at_a_time(chromium):
    visit = Visit(chromium)
    visit.add(*[paths[index % len(paths)] for index in range(12)])
    visit.settle()
    assert visit.page.evaluate("spy.most") == 3, visit.page.evaluate("spy.most")
    assert visit.page.locator("article").count() == 12
    visit.page.get_by_role("button", name="Remove all").click()
    assert visit.page.locator("article").count() == 0
    assert visit.page.evaluate("document.activeElement.id") == "choose"
    visit.close()


def by_keyboard_alone(chromium):
    visit = Visit(chromium)
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(100):
        if visit.choosers:
            break
        page.wait_for_timeout(50)
    assert len(visit.choosers) == 1, "Enter on “Choose pictures” opened no dialog"
    visit.choosers[0].set_files(paths[0])
    visit.settle()
    page.keyboard.press("Tab")
    page.keyboard.type("red car")
    page.keyboard.press("Enter")
    page.keyboard.type("window")
    visit.page.wait_for_timeout(450)
    visit.settle()
    assert sorted(visit.table("Your labels")) == ["red car", "window"]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_timeout(100)
    assert not visit.table("The model’s labels"), "the check box did not hide the model's labels"
    page.keyboard.press("Space")
    visit.settle()
    wanted = {"model", "second"} if len(models) > 1 else set()
    wanted |= {"Remove all", f"Remove {pathlib.Path(paths[0]).name}"} | ({"Find similar pictures"} if default["index"] is not None else set())
    met = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        name, outline = page.evaluate("""(() => {
          const at = document.activeElement;
          return [at.id && at.tagName === "SELECT" ? at.id : at.getAttribute("aria-label") ?? at.textContent.trim(),
            at === document.body ? "body" : getComputedStyle(at).outlineStyle];
        })()""")
        if outline == "body":
            break
        assert outline != "none", f"the focus on {name} cannot be seen"
        met.add(name)
    assert wanted <= met, f"not reached by Tab: {wanted - met}"
    page.locator("article button", has_text="Remove").focus()
    page.keyboard.press("Enter")
    assert page.locator("article").count() == 0
    visit.close()


def own_labels_while_they_are_typed(chromium):
    visit = Visit(chromium)
    page = visit.page
    visit.add(paths[0])
    visit.settle()
    before = len(visit.sent())
    page.locator("#typed").press_sequentially("red car, people at night", delay=30)
    page.wait_for_timeout(400)
    visit.settle()
    typed = page.evaluate("spy.typed")
    pauses = sum(later - earlier > 295 for earlier, later in zip(typed, typed[1:]))  # where this machine was slow
    assert 1 <= len(visit.sent()) - before <= 1 + pauses, "one pause, one question"
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(visit.sent()[-1]["path"]).query)
    assert json.loads(query["labels"][0]) == ["red car", "people at night"], query
    # A slow answer to an older question is given up and never shown.
    held = []
    page.route("**/v1/predict*old*", lambda route: held.append(route))
    page.locator("#typed").fill("old")
    page.wait_for_timeout(500)
    hostile = '<img src=x onerror="document.title=1">|[a]&amp;'
    page.locator("#typed").fill(hostile + "\nnew, new ,  new  ")
    page.wait_for_timeout(500)
    visit.settle()
    assert [entry["aborted"] for entry in visit.sent() if "old" in entry["path"]] == [True]
    assert sorted(visit.table("Your labels")) == [hostile, "new"]
    assert len(held) == 1
    with contextlib.suppress(Error):
        held[0].abort()
    page.unroute_all(behavior="ignoreErrors")
    assert page.title() != "1" and page.locator("table img").count() == 0
    # Labels too long for an address go as a form.
    page.locator("#typed").fill("\n".join(f"a rather long label with the number {index}" for index in range(120)))
    page.wait_for_timeout(500)
    visit.settle()
    assert visit.sent()[-1]["form"] == ["model", "labels", "image"] and len(visit.table("Your labels")) == 120
    page.locator("#typed").fill("")
    page.wait_for_timeout(500)
    assert not visit.table("Your labels") and visit.table("The model’s labels")
    visit.close()


def dropped_and_pasted(chromium):
    visit = Visit(chromium)
    data = base64.b64encode(pathlib.Path(paths[0]).read_bytes()).decode()
    for kind, name in (("drop", "dropped.jpg"), ("paste", "pasted.jpg")):
        visit.page.evaluate("""([data, kind, name]) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
          transfer.items.add(new File(["no picture"], "notes.txt", { type: "text/plain" }));
          const init = { bubbles: true, cancelable: true };
          const event = kind === "drop" ? new DragEvent(kind, { ...init, dataTransfer: transfer })
            : new ClipboardEvent(kind, { ...init, clipboardData: transfer });
          document.querySelector(kind === "drop" ? "footer" : "#typed").dispatchEvent(event);
          if (!event.defaultPrevented) { throw new Error(kind + " was left to the browser"); }
        }""", [data, kind, name])
        visit.settle()
        expect(visit.page.locator("article h3").first).to_have_text(name)
        expect(visit.page.locator("#refused")).to_contain_text("notes.txt")
    assert len(visit.sent()) == 2
    visit.close()


def two_models_side_by_side(chromium):
    visit = Visit(chromium)
    visit.add(paths[0])
    other = next(model["id"] for model in models if model["id"] != default["id"])
    visit.page.get_by_label("Compare with").select_option(other)
    visit.page.locator("#typed").fill("window, red car")
    visit.page.wait_for_timeout(500)
    visit.settle()
    for caption in ("Your labels", "The model’s labels"):
        heads = visit.page.locator("table", has=visit.page.locator("caption", has_text=caption)).locator("thead th")
        assert heads.all_inner_texts() == ["Label", default["id"], other], heads.all_inner_texts()
    assert all(re.search(r"\d", cell) for cell in visit.page.locator("article table").first.locator("td").all_inner_texts())
    asked = {urllib.parse.parse_qs(urllib.parse.urlsplit(entry["path"]).query)["model"][0] for entry in visit.sent()}
    assert asked == {default["id"], other}
    accessible(visit, "compare")
    visit.page.get_by_label("Compare with").select_option("")
    visit.page.wait_for_timeout(300)
    assert visit.page.locator("table.compare").count() == 0
    visit.close()


def similar_pictures(chromium):
    visit = Visit(chromium)
    visit.add(paths[0])
    visit.settle()
    assert not visit.sent("v1/search"), "searched without being asked"
    visit.page.get_by_role("button", name="Find similar pictures").click()
    visit.settle()
    items = visit.page.locator(".similar li")
    assert 1 <= items.count() <= 10
    cosines = [float(text.split("\n")[-1]) for text in items.all_inner_texts()]
    assert cosines == sorted(cosines, reverse=True) and -1 <= cosines[-1] <= cosines[0] <= 1.001, cosines
    accessible(visit, "similar")
    visit.close()


def played(status, code, wait=None):
    body = json.dumps({"error": {"code": code, "message": "a message of the server"}})
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    return lambda route: route.fulfill(status=status, body=body, content_type="application/json", headers=headers)


def troubles_in_plain_words(chromium):
    visit = Visit(chromium)
    page, visit.faults = visit.page, True
    cut = pathlib.Path(paths[0]).read_bytes()[:400]
    visit.add({"name": "cut.jpg", "mimeType": "image/jpeg", "buffer": cut},
              {"name": "text.png", "mimeType": "image/png", "buffer": b"This is no picture at all."})
    visit.add(paths[1])
    visit.settle()
    expect(page.locator("article .problem")).to_have_count(2)
    expect(page.locator("#status")).to_have_text("1 picture done. 2 pictures have a problem.")
    accessible(visit, "errors")
    for handler, words, again in (
        (played(413, "too_large"), "too large", False), (played(415, "unsupported_media_type"), "JPEG, PNG and WebP", False),
        (played(503, "draining", 5), "shutting down", True), (played(500, "internal_error"), "mistake", True),
        (played(408, "deadline_exceeded"), "in time", True), (lambda route: route.abort(), "does not answer", True),
        (lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"), "cannot be reached", True),
    ):
        page.get_by_role("button", name="Remove all").click()
        page.route("**/v1/predict*", handler)
        visit.add(paths[0])
        visit.settle()
        expect(page.locator("article .problem")).to_contain_text(words)
        assert page.get_by_role("button", name="Try again").count() == again, words
        page.unroute("**/v1/predict*")
    page.get_by_role("button", name="Try again").click()
    visit.settle()
    assert visit.table("The model’s labels"), "trying again did not help"
    visit.close()


def a_busy_server_is_asked_again(chromium):
    visit = Visit(chromium)
    page, visit.faults = visit.page, True
    refusals = [2]

    def busy(route):
        if refusals[0] == 0:
            return route.continue_()
        refusals[0] -= 1
        played(429, "overloaded", 1)(route)

    page.route("**/v1/predict*", busy)
    visit.add(paths[0])
    expect(page.locator("article .waiting")).to_contain_text("The server is busy. Next try in 1 s (1 of 3)")
    visit.settle()
    assert visit.table("The model’s labels") and len(visit.sent()) == 3
    refusals[0] = 100
    visit.add(paths[1])
    visit.settle()
    expect(page.locator("article .problem")).to_contain_text("The server is busy.")
    assert len(visit.sent()) == 3 + 4, "three more times at most"
    refusals[0] = 0
    page.get_by_role("button", name="Try again").click()
    visit.settle()
    assert page.locator("article .problem").count() == 0
    visit.close()


def a_token_is_asked_for(chromium):
    visit = Visit(chromium)
    page, visit.faults = visit.page, True

    def locked(route):
        if route.request.headers.get("authorization") == "Bearer open sesame":
            return route.continue_()
        played(401, "unauthorized")(route)

    page.route("**/v1/**", locked)
    visit.add(paths[0])
    expect(page.locator("#server-words")).to_contain_text("token")
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#server-words")).to_contain_text("does not know this token")
    page.get_by_label("Token").fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.locator("article table")).not_to_have_count(0)
    expect(page.locator("#server")).to_be_hidden()
    visit.settle()
    assert visit.table("The model’s labels")
    visit.close()


def phones_and_schemes(chromium):
    for width, scheme in ((320, "light"), (390, "dark"), (1280, "dark"), (1280, "light")):
        visit = Visit(chromium, width, color_scheme=scheme, reduced_motion="reduce", has_touch=width < 400)
        page = visit.page
        accessible(visit, f"empty, {width}, {scheme}")
        expect(page.get_by_role("button", name="Take a photo")).to_be_visible(visible=width < 400)
        visit.add({"name": "a-very-long-name-of-a-picture-" * 4 + ".jpg", "mimeType": "image/jpeg",
                   "buffer": pathlib.Path(paths[0]).read_bytes()})
        page.locator("#typed").fill("an extraordinarilylongwordthatnobodywouldeverwriteintoafield")
        if len(models) > 1:
            page.get_by_label("Compare with").select_option(index=1)
        page.wait_for_timeout(500)
        visit.settle()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width}"
        assert page.evaluate("getComputedStyle(document.querySelector('.bar > i')).transitionDuration") == "0s"
        accessible(visit, f"results, {width}, {scheme}")
        visit.close()


def without_script(chromium):
    # Playwright's own switch comes too late for <noscript>.
    bare = playwright.chromium.launch(**launch(["--blink-settings=scriptEnabled=false"]))
    page = bare.new_page()
    page.goto(url)
    expect(page.get_by_role("heading", name="This page needs JavaScript")).to_be_visible()
    expect(page.locator("#app")).to_be_hidden()
    bare.close()


checks = [
    the_document_and_its_policy, pictures_go_as_they_are, three_requests_at_a_time, by_keyboard_alone,
    own_labels_while_they_are_typed, dropped_and_pasted, two_models_side_by_side, similar_pictures,
    troubles_in_plain_words, a_busy_server_is_asked_again, a_token_is_asked_for, phones_and_schemes, without_script,
]
left_out = {two_models_side_by_side: "compare", similar_pictures: "similar"}
failed = 0

with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(**launch())
    for check in checks:
        name = check.__name__.replace("_", " ")
        if left_out.get(check) in without:
            print(f"left out by --without: {name}")
            continue
        try:
            check(chromium)
            print(f"ok: {name}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED: {name}\n{traceback.format_exc(limit=2)}", flush=True)
    chromium.close()
if "axe" in without:
    print("left out by --without: axe's rules and contrast")
print(f"{len(checks)} checks, {failed} failed")
sys.exit(1 if failed else 0)
