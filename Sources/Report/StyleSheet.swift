// SPDX-License-Identifier: Apache-2.0

/// The look of the page: system fonts, one column of text, two colours that remain apart for the colour-blind.
enum StyleSheet {
    static let text = """

        :root { \(light) }
        @media (prefers-color-scheme: dark) { :root { \(dark) } }
        *, ::before, ::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1rem; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
        main, header, section, figure { min-width: 0; }
        p, h1, h2, h3, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        a { color: inherit; text-decoration-color: var(--grey); text-underline-offset: .2em; }
        a:hover { color: var(--blue); text-decoration-color: currentColor; }
        :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
        h1, h2 { font-family: ui-serif, "Iowan Old Style", Charter, "Source Serif 4", Cambria, Georgia, serif;
          font-weight: 600; line-height: 1.18; letter-spacing: -.01em; text-wrap: balance; overflow-wrap: anywhere; }
        h1 { font-size: clamp(1.9rem, 1.3rem + 2.6vw, 2.9rem); }
        h2 { font-size: clamp(1.35rem, 1.15rem + .9vw, 1.7rem); }
        h3 { font-size: 1rem; line-height: 1.35; font-weight: 600; overflow-wrap: anywhere; }
        .layout { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
        section { border-top: 1px solid var(--rule); padding: 2.75rem 0 3rem; }
        section > * + * { margin-top: 1.5rem; }
        section > h2 + .lead { margin-top: .6rem; }
        section > * + h3 { margin-top: 2.25rem; }
        section > h3 + * { margin-top: .5rem; }
        .number { color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; margin-right: .35em; }
        .lead { color: var(--soft); max-width: 44rem; }
        .note { max-width: 44rem; color: var(--soft); font-size: .9375rem; }
        footer { border-top: 1px solid var(--rule); color: var(--soft); font-size: .8125rem; padding: 1.25rem 0 3rem; }
        nav { font-size: .875rem; padding: 0 0 2.25rem; }
        nav ol { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; }
        nav a { text-decoration: none; color: var(--soft); display: inline-block; padding: .15rem 0; }
        header { padding: 2.25rem 0 2rem; }
        .summary { margin-top: 1.1rem; max-width: 44rem; font-size: 1.125rem; }
        .summary p + p { margin-top: .6rem; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.25rem), 1fr));
          gap: .9rem 1.5rem; margin-top: 1.9rem; font-size: .9375rem; }
        .facts dt { color: var(--soft); font-size: .8125rem; }
        .facts dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        section .facts { margin-top: 1.5rem; }
        .metrics { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
          gap: 2.1rem 2rem; }
        .metric h3 { color: var(--soft); font-size: .875rem; font-weight: 500; }
        .metric .value { font-size: 2rem; line-height: 1.2; font-weight: 600; letter-spacing: -.02em;
          font-variant-numeric: tabular-nums; white-space: nowrap; }
        .metric .value small { font-size: .875rem; font-weight: 500; letter-spacing: 0; color: var(--soft); }
        .track { position: relative; height: 1.1rem; margin: .3rem 0 .2rem; }
        .track::before { content: ""; position: absolute; inset: .52rem 0 auto; height: 1px;
          background: var(--grey); }
        .track::after { content: ""; position: absolute; inset: .3rem 0 auto; height: .5rem;
          border: solid var(--grey); border-width: 0 1px; }
        .track span { position: absolute; z-index: 1; }
        .track .band { top: .25rem; height: .6rem; min-width: 2px; background: var(--blue); opacity: .38;
          border-radius: 2px; }
        .track .at, .track .was { top: .22rem; width: .66rem; height: .66rem; margin-left: -.33rem;
          border-radius: 50%; background: var(--blue); }
        .track .was { background: var(--paper); border: 2px solid var(--grey); }
        .interval, .meaning { font-size: .8125rem; line-height: 1.45; color: var(--soft);
          font-variant-numeric: tabular-nums; }
        .interval { color: var(--ink); }
        .meaning { margin-top: .25rem; max-width: 22rem; }
        .figures { display: grid; gap: 0 2rem; margin-bottom: -1rem;
          grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
        .figures.small { column-gap: 1.25rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
        @media (min-width: 40rem) { .figures.small { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
        .figures figure { padding-bottom: 2rem; }
        @supports (grid-template-rows: subgrid) {
          .figures figure { display: grid; grid-row: span 4; grid-template: subgrid / minmax(0, 1fr); gap: 0; }
          .figures h3 { grid-row: 1; } .figures .keys { grid-row: 2; }
          .figures svg { grid-row: 3; } .figures figcaption { grid-row: 4; }
        }
        .figures.large svg { max-width: 29rem; }
        .figures.small svg { max-width: 14rem; }
        .small h3 { font-size: .875rem; font-weight: 500; }
        svg { display: block; width: 100%; height: auto; margin-top: .5rem; overflow: visible; }
        figcaption { font-size: .8125rem; line-height: 1.45; color: var(--soft); margin-top: .4rem;
          max-width: 29rem; overflow-wrap: anywhere; }
        .keys { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .8125rem; color: var(--soft);
          margin-top: .15rem; }
        .key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem;
          vertical-align: -.08rem; }
        .key.line { height: .2rem; vertical-align: .22rem; }
        .key.blue { background: var(--blue); } .key.orange { background: var(--orange); }
        .key.grey { background: var(--grey); } .key.ink { background: var(--ink); }
        .key.dot { border-radius: 50%; width: .65rem; height: .65rem; vertical-align: 0; }
        .key.new { transform: rotate(45deg); border-radius: 0; width: .58rem; height: .58rem; vertical-align: 0; }
        .key.ring { background: none; border: 2px solid var(--grey); }
        svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
          fill: var(--soft); font-variant-numeric: tabular-nums; }
        svg .name { font-size: 11px; } svg .word { fill: var(--ink); }
        svg .grid { stroke: var(--rule); stroke-width: 1; } svg .axis { stroke: var(--grey); stroke-width: 1; }
        svg path { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
        svg .l-blue { stroke: var(--blue); } svg .l-orange { stroke: var(--orange); }
        svg .l-grey { stroke: var(--grey); } svg .l-ink { stroke: var(--ink); } svg .thin { stroke-width: 1; opacity: .65; }
        svg .dotted { stroke-dasharray: 1 4; stroke-linecap: round; }
        svg .dashed { stroke-dasharray: 4 4; stroke-width: 1.2; }
        svg .f-blue { fill: var(--blue); } svg .f-orange { fill: var(--orange); } svg .f-grey { fill: var(--grey); }
        svg .wash { opacity: .22; stroke: none; } svg .point { opacity: .72; }
        svg .empty { fill: var(--wash); } svg .over { fill: var(--paper); font-size: 10px; }
        svg .in { fill: var(--ink); font-size: 10px; }
        \(heat)
        .wide { overflow-x: auto; }
        .scroll, .wide { background:
          linear-gradient(to right, var(--paper) 40%, transparent) 0 0 / 2rem 100% no-repeat local,
          linear-gradient(to left, var(--paper) 40%, transparent) 100% 0 / 2rem 100% no-repeat local,
          linear-gradient(to right, var(--shade), transparent) 0 0 / .7rem 100% no-repeat scroll,
          linear-gradient(to left, var(--shade), transparent) 100% 0 / .7rem 100% no-repeat scroll; }
        .scroll { overflow: auto; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
        .scroll.tall { max-height: min(80vh, 46rem); }
        table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .875rem; line-height: 1.4;
          font-variant-numeric: tabular-nums; }
        caption > span { display: block; position: sticky; left: .1rem; max-width: min(44rem, 100vw - 2.2rem); }
        caption { text-align: left; color: var(--soft); font-size: .8125rem; padding: .6rem .1rem .4rem; }
        th, td { padding: .38rem .8rem; text-align: left; vertical-align: middle;
          border-bottom: 1px solid var(--rule); }
        tbody tr:last-child > * { border-bottom: 0; }
        th:first-child { padding-left: .1rem; }
        tr > :last-child { padding-right: .3rem; }
        .n { text-align: right; white-space: nowrap; }
        thead th { font-weight: 500; color: var(--soft); vertical-align: bottom; }
        .tall thead th { position: sticky; top: 0; z-index: 1; background: var(--paper); }
        tbody th { font-weight: 500; min-width: 8.5rem; max-width: 22rem; overflow-wrap: anywhere; }
        td.t { overflow-wrap: anywhere; min-width: 7rem; }
        em { font-style: normal; font-weight: 500; font-size: .75rem; color: var(--orange);
          border: 1px solid currentColor; border-radius: 3px; padding: 0 .3rem; margin-left: .3rem;
          white-space: nowrap; }
        thead button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
          text-align: inherit; white-space: nowrap; }
        thead button::after { content: " ↕"; opacity: .45; }
        [aria-sort=ascending] button::after { content: " ↑"; opacity: 1; }
        [aria-sort=descending] button::after { content: " ↓"; opacity: 1; }
        thead button:hover, [aria-sort] button { color: var(--ink); }
        .filter { display: block; font-size: .875rem; color: var(--soft); }
        .filter input { font: inherit; color: var(--ink); background: var(--wash); border: 1px solid var(--grey);
          border-radius: 4px; padding: .3rem .5rem; margin: 0 .5rem 0 .3rem; width: 13rem; max-width: 50vw; }
        section > .filter + .scroll { margin-top: .7rem; }
        .v { display: inline-block; min-width: 3.4rem; }
        .bar { display: inline-block; width: 4.5rem; height: .55rem; background: var(--wash); margin-right: .2rem;
          vertical-align: .03rem; border-radius: 1px; }
        .bar i { display: block; height: 100%; background: var(--blue); border-radius: 1px; }
        .db { display: block; position: relative; height: .8rem; min-width: 9rem; margin: 0 .4rem;
          background: linear-gradient(var(--rule), var(--rule)) 0 50% / 100% 1px no-repeat; }
        .db * { position: absolute; }
        .db s { top: .28rem; height: .24rem; background: var(--blue); }
        .db i, .db b { top: .1rem; width: .6rem; height: .6rem; margin-left: -.3rem; border-radius: 50%; }
        .db i { background: var(--paper); border: 2px solid var(--grey); }
        .db b { background: var(--blue); }
        .db.loss b, .db.loss s { background: var(--orange); }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.6rem, 1fr)); gap: 1.6rem 1.1rem;
          margin-top: 1rem; font-size: .8125rem; line-height: 1.4; }
        .gallery li { min-width: 0; }
        .gallery img { display: block; width: 100%; height: 9rem; object-fit: contain; background: var(--wash);
          border-radius: 3px; margin-bottom: .5rem; }
        .gallery p { overflow-wrap: anywhere; }
        .verdict { font-weight: 600; }
        .annotated { color: var(--ink); }
        .file { color: var(--soft); font-size: .71875rem; margin-top: .15rem; }
        pre { margin: 0; background: var(--wash); border-radius: 4px; padding: .9rem 1rem; overflow: auto;
          max-height: 34rem; font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
          white-space: pre-wrap; overflow-wrap: anywhere; }
        @media (min-width: 75rem) {
          .layout { max-width: 84rem; display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 0 4rem;
            grid-template-areas: "nav header" "nav main"; grid-template-rows: auto 1fr; padding: 0 2.5rem; }
          nav { padding: 3rem 0 0; grid-area: nav; }
          main { grid-area: main; }
          nav ol { position: sticky; top: 2rem; flex-direction: column; gap: .3rem; counter-reset: part;
            border-left: 1px solid var(--rule); padding-left: 1rem; }
          header { padding: 2.75rem 0; grid-area: header; }
          .gallery { grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); }
          .figures.small { grid-template-columns: repeat(6, minmax(0, 1fr)); }
        }
        @media (max-width: 40rem) {
          section { padding: 2.25rem 0 2.5rem; }
          th, td { padding: .38rem .5rem; }
          tbody th { min-width: 7rem; }
          table[data-sort] tbody th { min-width: 9rem; }
          .db { min-width: 6rem; margin: 0 .3rem; }
          .bar { width: 2.5rem; }
        }
        @media print {
          :root { \(light) }
          \(print)
        }

        """

    /// The choice of a label, where a page offers that.
    static let choice = """
        #choice { margin-top: 1rem; }
        select { font: inherit; color: inherit; background: var(--wash); border: 1px solid var(--soft);
          border-radius: 4px; padding: .3rem .5rem; max-width: 60vw; }
        @media print { #choice { display: none; } }

        """

    private static let light = """
        color-scheme: light; --paper: #fdfcfa; --wash: #f3f1ec; --ink: #1c2127; --soft: #575f6a; --rule: #dedad2;
          --blue: #0a63a4; --orange: #c04a05; --grey: #878d96; --blue-wash: #d5e4f0; --shade: #1c212733;
        """

    private static let dark = """
        color-scheme: dark; --paper: #15181c; --wash: #1e2228; --ink: #e8e6e1; --soft: #a8aeb8; --rule: #32373f;
          --blue: #6bb4ec; --orange: #f39a55; --grey: #858c97; --blue-wash: #1f3a50; --shade: #000000b0;
        """

    /// Eleven steps from hardly any to full colour.
    private static let heat = (0...10).map { level in
        "svg .h\(level) { fill: var(--blue); fill-opacity: \(level == 0 ? 0.05 : 0.08 + 0.092 * Double(level)); }"
    }.joined(separator: "\n")

    private static let print = """
        @page { margin: 14mm 15mm; }
          html, body { background: #fff; --paper: #fff; font-size: 10.5pt; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .layout { display: block; max-width: none; padding: 0; }
          nav, .filter, .skip { display: none; }
          header { padding-top: 0; }
          section { padding: 1.4rem 0 1.6rem; }
          h2, h3, .lead, .note, caption { break-after: avoid; }
          figure, svg, .metric, .gallery li, tr, .lead, .note { break-inside: avoid; }
          thead { display: table-header-group; break-inside: avoid; }
          .figures { grid-template-columns: 1fr 1fr; }
          .figures.small { grid-template-columns: repeat(3, 1fr); }
          .gallery { grid-template-columns: repeat(6, 1fr); }
          .gallery img { height: 7rem; }
          .scroll, .scroll.tall, pre, .wide { max-height: none; overflow: visible; }
          .wide > div { width: auto !important; max-width: 170mm; }
          .tall thead th { position: static; }
          th, td { padding: .22rem .5rem; }
          thead button { display: contents; }
          a { text-decoration: none; }
        """
}
