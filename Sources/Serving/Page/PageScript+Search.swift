// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// Similar pictures of the index: names and cosines. The server opens no file for a visitor, so there are no thumbnails.
    static let search = #"""

        function drawFound(card) {
          const searchable = state.chosen.filter((name) => modelNamed(name).index !== null);
          const failed = [...card.jobs.values()].some((job) => job.failure);
          card.parts.similar.hidden = searchable.length === 0 || card.similar === true || failed;
          const lists = [];
          for (const name of card.similar ? searchable : []) {
            const answer = card.answers.get("similar " + name);
            if (!answer) { continue; }
            const made = make("div", "similar");
            made.append(make("h4", "", "Similar pictures" + (state.chosen.length > 1 ? ": " + name : "")));
            if (answer.data.length === 0) { made.append(make("p", "hint", "The index is empty.")); lists.push(made); continue; }
            made.append(make("p", "hint", "Names in the index and their cosine: 1 is the same, 0 has nothing in common."));
            const list = make("ol");
            for (const match of answer.data) {
              const item = make("li");
              const name = make("span");
              for (const piece of String(match.image ?? match.text ?? "").split(/(?<=[/_-])/)) {
                name.append(piece, make("wbr"));
              }
              item.append(name, make("span", "", match.score.toFixed(3)));
              list.append(item);
            }
            made.append(list);
            lists.push(made);
          }
          card.parts.found.replaceChildren(...lists);
        }

        """#
}
