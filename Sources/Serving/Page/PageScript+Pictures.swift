// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// How pictures come in: chosen, taken, dropped anywhere on the page, or pasted.
    static let pictures = #"""

        function addPictures(files) {
          const all = [...files];
          const good = all.filter((file) => file.type === "" || file.type.startsWith("image/"));
          const refused = element("refused");
          refused.hidden = good.length === all.length;
          refused.textContent = refused.hidden ? "" : "Not a picture, not sent: "
            + all.filter((file) => !good.includes(file)).map((file) => file.name).join(", ");
          if (good.length === 0) { return; }
          const cards = good.map(addCard);
          state.cards.unshift(...cards);
          element("cards").prepend(...cards.map((card) => card.parts.article));
          refresh();
          // On a phone the results are below the controls.
          const results = element("results");
          if (results.getBoundingClientRect().top > 0.7 * innerHeight) {
            const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
            results.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
          }
        }

        element("photo").hidden = !(navigator.maxTouchPoints > 0);
        for (const [press, input] of [["choose", "files"], ["photo", "camera"]]) {
          element(press).addEventListener("click", () => element(input).click());
          element(input).addEventListener("change", () => {
            addPictures(element(input).files);
            element(input).value = "";
          });
        }

        document.addEventListener("paste", (event) => {
          const files = event.clipboardData?.files ?? [];
          if (files.length) { event.preventDefault(); addPictures(files); }
        });

        // Whatever is dropped beside a field must not carry the visitor away from the page.
        const field = (event) => event.target instanceof Element && event.target.closest("textarea, input");
        const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
        const dragging = (is) => document.body.classList.toggle("dragging", is);
        document.addEventListener("dragover", (event) => {
          if (hasFiles(event)) { event.dataTransfer.dropEffect = "copy"; dragging(true); } else if (field(event)) { return; }
          event.preventDefault();
        });
        document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) { dragging(false); } });
        document.addEventListener("drop", (event) => {
          dragging(false);
          if (!hasFiles(event) && field(event)) { return; }
          event.preventDefault();
          if (event.dataTransfer.files.length) { addPictures(event.dataTransfer.files); }
        });

        element("clear").addEventListener("click", () => {
          state.cards.forEach(drop);
          state.cards = [];
          element("choose").focus();
          refresh();
        });

        """#
}
