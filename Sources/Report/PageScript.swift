// SPDX-License-Identifier: Apache-2.0

/// Sorting and filtering of tables. The page is complete without it.
enum PageScript {
    /// Free of the two characters that XML would want escaped.
    static let text = """

        (function () {
          "use strict";
          function key(row, column) {
            var cell = row.cells[column];
            var number = cell.getAttribute("data-k");
            if (number === null) { return cell.textContent.trim().toLowerCase(); }
            return number === "" ? null : Number(number);
          }
          function compare(a, b, sign) {
            if (a === b) { return 0; }
            if (a === null) { return 1; }
            if (b === null) { return -1; }
            return a > b ? sign : -sign;
          }
          document.querySelectorAll("table[data-sort]").forEach(function (table) {
            var body = table.tBodies[0];
            var heads = Array.from(table.tHead.rows[0].cells);
            heads.forEach(function (head, column) {
              var button = document.createElement("button");
              button.type = "button";
              button.textContent = head.textContent;
              head.textContent = "";
              head.appendChild(button);
              button.addEventListener("click", function () {
                var was = head.getAttribute("aria-sort");
                var first = head.className === "n" ? "descending" : "ascending";
                var other = first === "ascending" ? "descending" : "ascending";
                var now = was === first ? other : first;
                heads.forEach(function (each) { each.removeAttribute("aria-sort"); });
                head.setAttribute("aria-sort", now);
                Array.from(body.rows).sort(function (a, b) {
                  return compare(key(a, column), key(b, column), now === "ascending" ? 1 : -1);
                }).forEach(function (row) { body.appendChild(row); });
              });
            });
            if (body.rows.length > 12) {
              var label = document.createElement("label");
              label.className = "filter";
              label.textContent = "Find a label ";
              var input = document.createElement("input");
              input.type = "search";
              var count = document.createElement("span");
              count.setAttribute("role", "status");
              label.appendChild(input);
              label.appendChild(count);
              table.parentNode.parentNode.insertBefore(label, table.parentNode);
              input.addEventListener("input", function () {
                var words = input.value.trim().toLowerCase();
                var shown = 0;
                Array.from(body.rows).forEach(function (row) {
                  row.hidden = !row.cells[0].textContent.toLowerCase().includes(words);
                  if (!row.hidden) { shown += 1; }
                });
                count.textContent = words ? " " + shown + " of " + body.rows.length : "";
              });
            }
          });
        })();

        """

    /// Choosing a label, where a page offers that.
    static let choice = """
        (function () {
          "use strict";
          var choice = document.getElementById("choice");
          var select = choice.querySelector("select");
          var count = choice.querySelector("span");
          choice.hidden = false;
          select.addEventListener("change", function () {
            var shown = 0;
            document.querySelectorAll("[data-l]").forEach(function (each) {
              var part = each.closest("tr") || each;
              part.hidden = select.value !== "" ? each.getAttribute("data-l") !== select.value : false;
              if (!part.hidden) { if (part === each) { shown += 1; } }
            });
            count.textContent = select.value === "" ? "" : shown + " shown";
          });
        })();

        """
}
