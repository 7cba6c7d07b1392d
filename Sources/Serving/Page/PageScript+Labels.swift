// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// The visitor's own labels: asked for while they are typed.
    static let labels = #"""

        const area = element("typed");
        let typing;

        function takeTyped() {
          clearTimeout(typing);
          const labels = area.value.split(/[,\n]/).map((label) => label.trim().replace(/\s+/g, " ")).filter(Boolean);
          state.typed = [...new Set(labels)];
          refresh();
        }

        area.addEventListener("input", () => {
          clearTimeout(typing);
          typing = setTimeout(takeTyped, 300);
        });
        area.addEventListener("keydown", (event) => {
          if (event.key === "Enter" && !event.isComposing) { setTimeout(takeTyped); }
        });
        element("own").addEventListener("change", refresh);

        """#

    /// The choice of one model or two.
    static let models = #"""

        const never = new AbortController().signal;
        const first = element("model");
        const second = element("second");

        async function load() {
          const trouble = element("server");
          trouble.hidden = true;
          const note = (words) => { element("using").textContent = words; };
          try {
            state.models = (await ask("v1/models", {}, never, note)).data;
            note("");
          } catch (failure) {
            note("");
            element("server-words").textContent = failure.words + (failure.detail ? " " + failure.detail : "");
            trouble.hidden = false;
            return false;
          }
          const start = state.models.find((model) => model.default) ?? state.models[0];
          if (!start) { note("The server has no model."); return false; }
          first.replaceChildren(...state.models.map((model) => option(model.id, model.id)));
          first.value = start.id;
          element("choice").hidden = state.models.length < 2;
          chooseModels();
          return true;
        }

        function option(value, text) {
          const made = make("option", "", text);
          made.value = value;
          return made;
        }

        function chooseModels() {
          const others = state.models.filter((model) => model.id !== first.value);
          const kept = others.some((model) => model.id === second.value) ? second.value : "";
          second.replaceChildren(option("", "no other model"), ...others.map((model) => option(model.id, model.id)));
          second.value = kept;
          state.chosen = kept ? [first.value, kept] : [first.value];
          const labelled = state.chosen.some((name) => modelNamed(name).labels > 0);
          element("own").disabled = !labelled;
          element("using").textContent = state.models.length > 1 ? "" : first.value;
          drawFacts();
          state.chosen.forEach(fetchThresholds);
          refresh();
        }

        function drawFacts() {
          element("about").hidden = false;
          element("facts").replaceChildren(...state.chosen.map((name) => facts(modelNamed(name))));
        }

        function facts(model) {
          const made = make("li");
          made.append(make("strong", "", model.id));
          const words = [model.family, model.image_size.join(" × ") + " pixels",
            model.labels ? several(model.labels, "label", "labels") : "no labels of its own: type some",
            model.calibrated ? "calibrated" : "not calibrated", model.thresholds ? "thresholds" : "no thresholds"];
          if (model.index !== null) { words.push(several(model.index, "picture", "pictures") + " to search in"); }
          const failure = state.thresholds.get(model.id);
          if (failure instanceof Failure) { words.push("thresholds could not be loaded: " + failure.words); }
          made.append(": " + words.join(", "));
          return made;
        }

        // Bars come without waiting for the thresholds; the marks follow.
        async function fetchThresholds(name) {
          const known = state.thresholds.get(name);
          if (!modelNamed(name).thresholds || known === null || known instanceof Map) { return; }
          state.thresholds.set(name, null);
          try {
            const answer = await ask("v1/labels?" + new URLSearchParams({ model: name }), {}, never, () => {});
            state.thresholds.set(name, new Map(answer.labels.map((label) => [label.name, label.threshold])));
          } catch (failure) {
            state.thresholds.set(name, failure);
          }
          drawFacts();
          state.cards.forEach(draw);
        }

        first.addEventListener("change", chooseModels);
        second.addEventListener("change", chooseModels);

        function askForToken(words) {
          element("server-words").textContent = words;
          element("server").hidden = false;
          element("token-form").hidden = false;
        }

        element("token-form").addEventListener("submit", (event) => {
          event.preventDefault();
          state.token = element("token").value.trim();
          element("server-again").click();
        });

        element("server-again").addEventListener("click", async () => {
          element("token-form").hidden = true;
          if (!await load()) {
            element(element("token-form").hidden ? "server-again" : "token").focus();
            return;
          }
          area.focus();
          state.cards.forEach((card) => {
            for (const [id, job] of card.jobs) { if (job.failure) { card.jobs.delete(id); } }
          });
          refresh();
        });

        """#
}
