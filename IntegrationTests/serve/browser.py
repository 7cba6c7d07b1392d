# SPDX-License-Identifier: Apache-2.0
"""A visit of the page of `mumic serve` in Chromium, for page.py."""

import os
import pathlib
import shutil
import urllib.parse

from playwright.sync_api import expect

# Before the page's own script: counts requests in flight, keeps what was sent, and listens to policy violations.
SPY = """
    window.spy = { violations: [], flying: 0, most: 0, sent: [], typed: [] };
    document.addEventListener("input", () => { spy.typed.push(performance.now()); }, true);
    document.addEventListener("securitypolicyviolation", (event) => {
      spy.violations.push(event.violatedDirective + " " + event.blockedURI);
    });
    const plain = window.fetch;
    window.fetch = async (path, options) => {
      const entry = { path, type: options.headers?.["Content-Type"] ?? "", aborted: false };
      spy.sent.push(entry);
      options.signal?.addEventListener("abort", () => { entry.aborted = true; });
      if (options.body instanceof Blob) {
        const digest = await crypto.subtle.digest("SHA-256", await options.body.arrayBuffer());
        entry.sha = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      }
      entry.form = options.body instanceof FormData ? [...options.body.keys()] : null;
      spy.flying += 1;
      spy.most = Math.max(spy.most, spy.flying);
      try {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return await plain(path, options);
      } finally { spy.flying -= 1; }
    };
"""


class Visit:
    """A fresh browser context with the page in it, and everything that must not happen there."""

    def __init__(self, chromium, url, width, height, **options):
        self.context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        self.context.add_init_script(SPY)
        self.page = self.context.new_page()
        self.errors, self.foreign = [], []
        self.host = urllib.parse.urlsplit(url).netloc
        self.faults = False
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self.asked)
        # Before the page comes: Chromium needs a while before it hands its dialogs over.
        self.choosers = []
        self.page.on("filechooser", lambda chooser: self.choosers.append(chooser))
        self.answer = self.page.goto(url)
        expect(self.page.locator("#facts li")).not_to_have_count(0)

    def heard(self, message):
        # Chromium itself logs each answer of status 400 and above; that is no error of the page where a test plays one.
        if message.type in ("error", "warning") and not (self.faults and "Failed to load resource" in message.text):
            self.errors.append(message.text)

    def asked(self, request):
        address = urllib.parse.urlsplit(request.url)
        if address.scheme not in ("blob", "data") and address.netloc != self.host:
            self.foreign.append(request.url)

    def add(self, *files):
        self.page.locator("#files").set_input_files(list(files))

    def settle(self, seconds=30):
        # Polled from here: wait_for_function evaluates in the page, which its policy forbids.
        for _ in range(20 * seconds):
            if self.page.evaluate("!document.querySelector('.waiting') && !spy.flying"):
                self.page.wait_for_timeout(300)  # the status is said once for many changes
                status = self.page.locator("#status").inner_text()
                if status and not status.startswith("Working"):
                    return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not done after {seconds} s: {self.page.locator('#results').inner_text()}")

    def sent(self, what="v1/predict"):
        return [entry for entry in self.page.evaluate("spy.sent") if entry["path"].startswith(what)]

    def table(self, caption, card=0):
        """The labels of a table, in its order."""
        found = self.page.locator("article").nth(card).locator("table", has=self.page.locator("caption", has_text=caption))
        return found.locator("tbody th").all_inner_texts()

    def close(self):
        violations = self.page.evaluate("window.spy ? spy.violations : []")
        storage = self.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length")
        self.context.close()
        assert not self.errors, f"console: {self.errors}"
        assert not violations, f"policy violations: {violations}"
        assert not self.foreign, f"requests to another host: {self.foreign}"
        assert storage == 0, "the page stored something"


def accessible(visit, where, axe):
    """Axe's rules, contrast among them, and a name for every control in the browser's own accessibility tree."""
    session = visit.context.new_cdp_session(visit.page)
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if not node.get("ignored") and role in ("button", "textbox", "combobox", "checkbox", "image", "link", "table"):
            assert node.get("name", {}).get("value", "").strip() or role == "table", f"{where}: a {role} without a name"
    session.detach()
    if axe:
        visit.page.evaluate(axe)
        result = visit.page.evaluate(
            "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })")
        found = [f"{rule['id']}: {rule['nodes'][0]['html'][:120]} {rule['nodes'][0]['failureSummary'][:200]}"
                 for rule in result["violations"]]
        assert not found, f"{where}: " + "; ".join(found)
        assert any(rule["id"] == "color-contrast" for rule in result["passes"]), f"{where}: contrast was not computed"


def axe_script():
    import axe_playwright_python

    return (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def launch(more=()):
    # Root has no sandbox; the only page that is opened is our own.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium"), "args": [*sandbox, *more]}
