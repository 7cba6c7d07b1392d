// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// A card for each picture, and the questions that are open about it.
    static let cards = #"""

        function addCard(file) {
          const name = file.name || "Pasted picture";
          const card = {
            file, name, url: URL.createObjectURL(file), all: false,
            jobs: new Map(),       // kind and model: an open or failed question
            answers: new Map(),    // kind and model: { key, data }
            parts: {},
          };
          const parts = card.parts;
          parts.article = make("article");
          parts.title = make("h3", "", name);
          parts.title.tabIndex = -1;
          parts.title.id = "picture-" + (addCard.count = (addCard.count ?? 0) + 1);
          parts.article.setAttribute("aria-labelledby", parts.title.id);
          const head = make("div", "card-head");
          const names = make("div");
          names.append(parts.title, make("p", "hint", size(file.size)));
          parts.remove = button("plain", "Remove", () => remove(card));
          parts.remove.setAttribute("aria-label", "Remove " + name);
          head.append(names, parts.remove);

          const figure = make("div", "picture");
          const image = make("img");
          image.alt = "Picture " + name;
          image.decoding = "async";
          image.addEventListener("error", () => { image.replaceWith(make("p", "hint", "No preview")); });
          image.src = card.url;
          figure.append(image);

          parts.notes = make("div");
          parts.groups = make("div", "groups");
          parts.more = button("", "", () => { card.all = !card.all; draw(card); });
          parts.similar = button("", "Find similar pictures", () => { card.similar = true; refresh(); });
          parts.found = make("div");
          const buttons = make("div", "card-buttons");
          buttons.append(parts.more, parts.similar);
          const side = make("div");
          side.append(parts.notes, parts.groups, buttons, parts.found);
          const body = make("div", "card-body");
          body.append(figure, side);
          parts.article.append(head, body);
          return card;
        }

        function size(bytes) {
          return bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
        }

        function remove(card) {
          const at = state.cards.indexOf(card);
          drop(card);
          state.cards.splice(at, 1);
          (state.cards[at] ?? state.cards[at - 1])?.parts.remove.focus();
          if (state.cards.length === 0) { element("choose").focus(); }
          refresh();
        }

        function drop(card) {
          card.jobs.forEach((job) => job.controller.abort());
          URL.revokeObjectURL(card.url);
          card.parts.article.remove();
        }

        // What a card should know: a question for each entry, by kind and model. `key` tells one question from the next.
        function wanted(card) {
          const list = [];
          for (const name of state.chosen) {
            if (state.typed.length) {
              list.push({ kind: "typed", model: name, key: JSON.stringify(state.typed) });
            }
            if (element("own").checked && modelNamed(name).labels > 0) { list.push({ kind: "own", model: name, key: "" }); }
            if (card.similar && modelNamed(name).index !== null) { list.push({ kind: "similar", model: name, key: "" }); }
          }
          return list;
        }

        // Asks what is not known yet and gives up what nobody wants to know any more.
        function refresh() {
          for (const card of state.cards) {
            const wishes = new Map(wanted(card).map((wish) => [wish.kind + " " + wish.model, wish]));
            for (const [id, job] of card.jobs) {
              if (wishes.get(id)?.key !== job.key) { job.controller.abort(); card.jobs.delete(id); }
            }
            for (const [id, wish] of wishes) {
              if (!card.jobs.has(id) && card.answers.get(id)?.key !== wish.key) { work(card, id, wish); }
            }
            draw(card);
          }
          const thresholds = state.chosen.some((name) => modelNamed(name).thresholds);
          element("legend").hidden = !(state.cards.length && thresholds && element("own").checked);
          element("empty").hidden = state.cards.length > 0;
          element("clear").hidden = state.cards.length === 0;
          tell();
        }

        async function work(card, id, wish) {
          const job = { ...wish, words: "Waiting…", failure: null, controller: new AbortController() };
          card.jobs.set(id, job);
          const note = (words) => { job.words = words; drawNotes(card); };
          try {
            const data = await question(card, wish, job.controller.signal, note);
            if (card.jobs.get(id) !== job) { return; }
            card.answers.set(id, { key: wish.key, data });
            card.jobs.delete(id);
          } catch (problem) {
            if (card.jobs.get(id) !== job) { return; }
            job.failure = problem instanceof Failure ? problem : new Failure();
          }
          draw(card);
          tell();
        }

        // The picture goes as it is: its bytes are the request's body. Labels too long for an address go as form fields.
        function question(card, wish, signal, note) {
          const file = card.file;
          const query = new URLSearchParams({ model: wish.model });
          const options = { method: "POST", body: file, headers: { "Content-Type": file.type || "application/octet-stream" } };
          if (wish.kind === "similar") {
            query.set("top_k", "10");
            return ask("v1/search?" + query, options, signal, note).then((data) => data.matches ?? []);
          }
          if (wish.kind === "typed") { query.set("labels", wish.key); }
          if (query.toString().length < 4000) {
            return ask("v1/predict?" + query, options, signal, note).then((data) => data.predictions ?? []);
          }
          const form = new FormData();
          query.forEach((value, field) => form.append(field, value));
          form.append("image", file, card.name);
          return ask("v1/predict", { method: "POST", body: form }, signal, note).then((data) => {
            const result = data.results?.[0] ?? {};
            if (!result.error) { return result.predictions ?? []; }
            const failure = new Failure();
            failure.words = Failure.byCode[result.error.code] ?? failure.words;
            failure.detail = String(result.error.message ?? "");
            failure.again = false;
            throw failure;
          });
        }

        function again(card) {
          for (const [id, job] of card.jobs) { if (job.failure) { card.jobs.delete(id); } }
          card.parts.title.focus();
          refresh();
        }

        """#
}
