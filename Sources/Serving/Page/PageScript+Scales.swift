// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// How a score becomes the length of a bar and a number beside it.
    ///
    /// A calibrated model has probabilities. Those of another are often all next to 1 (CLIP's own scale), so that only
    /// their logits tell them apart; these are shown on a scale that reaches from the picture's least label to its best.
    static let scales = #"""

        function percent(share) {
          if (share > 0 && share < 0.001) { return "<0.1%"; }
          if (share < 1 && share >= 0.9995) { return ">99.9%"; }
          return (100 * share).toFixed(share === 1 || share === 0 ? 0 : 1) + "%";
        }

        const outermost = 17;  // the nearest float32 to 1 below it has the logit 16.6
        const within = (low, value, high) => Math.min(high, Math.max(low, value));
        const logit = (share) => within(-outermost, Math.log(share / (1 - share)), outermost);

        function points(share) {
          const value = logit(share);
          if (value === outermost) { return "17 +"; }
          return (value < 0 ? "−" : "") + Math.abs(value).toFixed(1);
        }

        function scale(card, name) {
          if (modelNamed(name).calibrated) { return { share: (score) => within(0, score, 1), text: percent }; }
          const seen = ["typed", "own"].flatMap((kind) => card.answers.get(kind + " " + name)?.data ?? [])
            .map(({ score }) => logit(score));
          const few = seen.length < 5;
          const low = few ? -outermost : Math.min(...seen);
          const high = few ? outermost : Math.max(...seen);
          const share = (score) => high > low ? within(0, (logit(score) - low) / (high - low), 1) : 1;
          return { share, text: points };
        }

        function remarks(models) {
          const plain = models.filter((model) => !model.calibrated);
          if (plain.length === 0) { return []; }
          const who = models.length === 1 ? "This model is" : plain.length > 1 ? "These models are" : plain[0].id + " is";
          return [who + " not calibrated: scores compare labels, they are no probabilities."];
        }

        // At CLIP's own scale every score can be 1 as far as a float32 can tell.
        function allAtTheEnd(rows) {
          const cells = rows.flatMap((row) => row.cells).filter((cell) => cell);
          return rows.length > 1 && cells.every((cell) => cell.text === "17 +");
        }

        """#
}
