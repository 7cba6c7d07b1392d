// SPDX-License-Identifier: Apache-2.0

/// What the server's page does: pictures come in, questions go to the API of the same server, answers become bars.
///
/// Text from outside (answers, names of files, what was typed) is put in by `textContent` alone.
enum PageScript {
    /// The text of the page's one script block.
    static let text =
        "\n(() => {\n\"use strict\";\n"
        + [
            basics, requests, failures, cards, scales, tables, labels, models, search, pictures, start,
        ].joined()
        + "})();\n"

    /// What the other parts use, and the page's whole state.
    private static let basics = #"""

        const element = (id) => document.getElementById(id);
        const state = {
          models: [],              // as GET /v1/models gives them
          chosen: [],              // the names of one or two of them
          thresholds: new Map(),   // model: Map of label: threshold, or null while it is fetched, or a failure
          typed: [],               // the visitor's labels
          cards: [],               // a picture each, in the order of the page
          token: "",
        };

        function make(tag, name, text) {
          const made = document.createElement(tag);
          if (name) { made.className = name; }
          if (text !== undefined) { made.textContent = text; }
          return made;
        }

        function button(name, text, action) {
          const made = make("button", name, text);
          made.type = "button";
          made.addEventListener("click", action);
          return made;
        }

        const modelNamed = (name) => state.models.find((model) => model.id === name);
        const several = (count, one, more) => count.toLocaleString("en") + " " + (count === 1 ? one : more);

        // A picture is done when nothing is asked about it any more. Said once for many changes, to be listened to.
        let saying;
        function tell() {
          clearTimeout(saying);
          saying = setTimeout(() => { element("status").textContent = summary(); }, 250);
        }

        function summary() {
          const cards = state.cards;
          if (cards.length === 0 || state.chosen.length === 0) { return ""; }
          const open = cards.filter((card) => [...card.jobs.values()].some((job) => !job.failure)).length;
          const failed = cards.filter((card) => [...card.jobs.values()].some((job) => job.failure)).length;
          const trouble = failed ? " " + several(failed, "picture has", "pictures have") + " a problem." : "";
          if (open) { return "Working: " + (cards.length - open) + " of " + several(cards.length, "picture", "pictures")
            + " done." + trouble; }
          if (cards.length > 1 || failed) {
            return several(cards.length - failed, "picture", "pictures") + " done." + trouble;
          }
          const best = ["typed", "own"].flatMap((kind) => rows(cards[0], kind)).slice(0, 3);
          return cards[0].name + ": " + (best.length
            ? best.map((row) => row.label + " " + row.cells.find((cell) => cell).text).join(", ") + "."
            : "done.");
        }

        """#

    /// What happens when the page has come.
    private static let start = #"""

        element("app").hidden = false;
        drawExample();
        load();

        """#
}
