// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// Answers as bars.
    static let tables = #"""

        const atFirst = 10;

        function draw(card) {
          const groups = [];
          let hidden = 0;
          let total = 0;
          for (const kind of ["typed", "own"]) {
            const all = rows(card, kind);
            if (all.length === 0) { continue; }
            const first = all.filter((row, place) => kind === "typed" || card.all || place < atFirst || row.chosen);
            hidden += all.length - first.length;
            if (kind === "own") { total = all.length; }
            groups.push(table(kind, first, all, groups.length === 0));
          }
          card.parts.groups.replaceChildren(...groups);
          const more = card.parts.more;
          more.hidden = hidden === 0 && !(card.all && total > atFirst);
          more.textContent = card.all ? "Show fewer labels" : "Show all " + total + " labels";
          more.setAttribute("aria-expanded", String(card.all));
          drawNotes(card);
          drawFound(card);
        }

        // What is under way or went wrong. The same trouble of several questions is told once.
        function drawNotes(card) {
          const told = new Map();
          for (const job of card.jobs.values()) {
            const key = (job.failure ? "! " + job.failure.words + job.failure.detail : job.words);
            if (!told.has(key)) { told.set(key, { job, models: new Set() }); }
            told.get(key).models.add(job.model);
          }
          const notes = [...told.values()].map(({ job, models }) => {
            const prefix = models.size < state.chosen.length ? [...models].join(", ") + ": " : "";
            if (!job.failure) { return make("p", "waiting", prefix + job.words); }
            const note = make("div", "problem");
            note.append(make("p", "", prefix + job.failure.words));
            if (job.failure.detail) { note.append(make("small", "", "The server says: " + job.failure.detail)); }
            if (job.failure.again) {
              const retry = button("", "Try again", () => again(card));
              retry.setAttribute("aria-label", "Try again: " + card.name);
              note.append(retry);
            }
            return note;
          });
          const idle = !state.chosen.length ? "Waiting for the server…"
            : wanted(card).every((wish) => wish.kind === "similar")
              ? "No labels to look for. Type some at “Try your own labels”." : "";
          if (idle) { notes.unshift(make("p", "waiting", idle)); }
          // A countdown must not take the focus from a button beside it.
          const focused = card.parts.notes.contains(document.activeElement);
          card.parts.notes.replaceChildren(...notes);
          if (focused) { (card.parts.notes.querySelector("button") ?? card.parts.title).focus(); }
        }

        // The labels with a cell for each chosen model, best first: in the order of the server's answer, which knows more
        // than the rounded probabilities; of two models, by the better of the two places.
        function rows(card, kind) {
          const found = new Map();
          state.chosen.forEach((name, column) => {
            const measure = scale(card, name);
            const answer = card.answers.get(kind + " " + name);
            if (!answer || (kind === "own" ? !element("own").checked : state.typed.length === 0)) { return; }
            const thresholds = kind === "own" ? state.thresholds.get(name) : null;
            answer.data.forEach(({ label, score }, place) => {
              if (kind === "typed" && !state.typed.includes(label)) { return; }
              const row = found.get(label) ?? { label, place, cells: state.chosen.map(() => null), chosen: false };
              const threshold = thresholds instanceof Map ? thresholds.get(label) ?? null : null;
              const chosen = threshold !== null && score >= threshold;
              row.cells[column] = {
                share: measure.share(score), text: measure.text(score), chosen, full: chosen || !(thresholds instanceof Map),
                mark: threshold === null ? null : { share: measure.share(threshold), text: measure.text(threshold) },
              };
              row.place = Math.min(row.place, place);
              row.chosen ||= row.cells[column].chosen;
              found.set(label, row);
            });
          });
          return [...found.values()].sort((a, b) => a.place - b.place);
        }

        function table(kind, shown, all, isFirst) {
          const made = make("table", state.chosen.length > 1 ? "compare" : "");
          const caption = make("caption", "", kind === "typed" ? "Your labels" : "The model’s labels");
          const models = state.chosen.map(modelNamed);
          const notes = isFirst ? remarks(models) : [];
          if (allAtTheEnd(all)) { notes.push("All scores are too high to tell apart: only the order counts."); }
          if (kind === "own" && models.some((model) => model.thresholds) && !all.some((row) => row.chosen)) {
            notes.push("No label reaches its threshold.");
          }
          notes.forEach((text) => caption.append(make("small", "", text)));
          const head = make("tr");
          const columns = models.map((model) => models.length > 1 ? model.id : model.calibrated ? "Probability" : "Score");
          for (const text of ["Label", ...columns]) {
            const cell = make("th");
            cell.scope = "col";
            cell.append(make("span", models.length > 1 ? "" : "away", text));
            head.append(cell);
          }
          const top = make("thead");
          top.append(head);
          const body = make("tbody");
          shown.forEach((row) => body.append(line(row)));
          made.append(caption, top, body);
          return made;
        }

        function line(row) {
          const made = make("tr", row.chosen ? "chosen" : "");
          const label = make("th", "", row.label);
          label.scope = "row";
          made.append(label);
          for (const cell of row.cells) {
            const place = make("td");
            place.append(cell ? bar(cell) : make("span", "none", "–"));
            made.append(place);
          }
          return made;
        }

        // Where a model has no thresholds each bar is in full colour: there is nothing to fall short of.
        function bar({ share, text, mark, chosen, full }) {
          const made = make("div", "cell" + (full ? " full" : ""));
          const track = make("span", "bar");
          const filled = make("i");
          filled.style.width = 100 * share + "%";
          track.append(filled);
          const value = make("span", "value");
          const tick = make("span", "", chosen ? "✓" : "");
          value.append(tick, make("span", "", text));
          made.append(track, value);
          if (mark !== null) {
            const upright = make("b");
            upright.style.left = 100 * mark.share + "%";
            track.append(upright);
            made.title = "Threshold " + mark.text;
            tick.setAttribute("aria-hidden", "true");
            made.append(make("span", "away", (chosen ? "chosen" : "not chosen") + ", threshold " + mark.text));
          }
          return made;
        }

        function drawExample() {
          const body = document.querySelector(".example tbody");
          for (const [label, share, threshold] of [["beach", 0.94, 0.5], ["parasol", 0.71, 0.38], ["snow", 0.03, 0.45]]) {
            const chosen = share >= threshold;
            const mark = { share: threshold, text: percent(threshold) };
            body.append(line({ label, chosen, cells: [{ share, text: percent(share), mark, chosen, full: chosen }] }));
          }
        }

        """#
}
