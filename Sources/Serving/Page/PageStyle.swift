// SPDX-License-Identifier: Apache-2.0

/// The look of the server's page: that of the reports, with controls.
enum PageStyle {
    /// The text of the page's one style block.
    static let text = """

        :root { \(light) }
        @media (prefers-color-scheme: dark) { :root { \(dark) } }
        *, ::before, ::after { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
        body { margin: 0 auto; padding: 0 1rem; max-width: 78rem; background: var(--paper); color: var(--ink);
          overflow-wrap: break-word; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
        p, h1, h2, h3, h4, ul, ol, figure { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        main, section, article, div { min-width: 0; }
        a { color: inherit; text-decoration-color: var(--grey); text-underline-offset: .2em; }
        a:hover { color: var(--blue); }
        :focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
        h1, h2 { font-family: ui-serif, "Iowan Old Style", Charter, "Source Serif 4", Cambria, Georgia, serif;
          font-weight: 600; line-height: 1.2; letter-spacing: -.01em; text-wrap: balance; }
        h1 { font-size: clamp(1.7rem, 1.3rem + 2vw, 2.5rem); }
        h2 { font-size: 1.25rem; }
        h3 { font-size: 1rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; }
        h4 { font-size: .9375rem; font-weight: 600; }
        .brand { color: var(--blue); font-weight: 600; font-size: .9375rem; }
        .lead { color: var(--soft); font-size: 1.0625rem; margin-top: .3rem; max-width: 44rem; }
        .hint { color: var(--soft); font-size: .875rem; line-height: 1.45; }
        header { padding: 1.5rem 0 1.25rem; }
        footer { border-top: 1px solid var(--rule); margin-top: 2.5rem; padding: 1rem 0 2.5rem; color: var(--soft);
          font-size: .875rem; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
        .away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
          white-space: nowrap; }
        pre { background: var(--wash); padding: .8rem 1rem; border-radius: 4px; overflow-x: auto;
          font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
        \(controls)
        \(cards)
        \(tables)
        @media (min-width: 60rem) {
          body { padding: 0 2rem; }
          #app { display: grid; grid-template-columns: 20rem minmax(0, 1fr); gap: 0 3rem; align-items: start; }
          .controls { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: .3rem .3rem 1rem;
            margin-left: -.3rem; }
          .results { margin-top: 0; border-top: 0; padding-top: .3rem; }
        }
        @media (prefers-reduced-motion: no-preference) {
          .bar > i { transition: width .2s; }
          .drop { transition: background-color .15s; }
        }
        @media (forced-colors: active) {
          .bar { border: 1px solid CanvasText; }
          .bar > i { background: Highlight; forced-color-adjust: none; }
          .bar > b { background: CanvasText; forced-color-adjust: none; }
        }
        @media print { .controls, footer, .card-buttons, #clear { display: none; } article { break-inside: avoid; } }

        """

    private static let controls = """
        .controls section + section { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
        .controls h2 { margin-bottom: .5rem; }
        button, select, textarea, input { font: inherit; color: inherit; }
        button, select, textarea, input[type=password] { border: 1px solid var(--edge); border-radius: 6px;
          background: var(--wash); min-height: 2.75rem; padding: .4rem .8rem; max-width: 100%; }
        button { cursor: pointer; font-weight: 500; }
        button:hover { border-color: var(--blue); color: var(--blue); }
        button.primary { background: var(--blue); border-color: var(--blue); color: var(--paper); font-weight: 600; }
        button.primary:hover { background: var(--ink); border-color: var(--ink); color: var(--paper); }
        button.plain { background: none; border-color: transparent; color: var(--soft); padding: .4rem .5rem;
          text-decoration: underline; text-decoration-color: var(--grey); text-underline-offset: .2em; }
        button.plain:hover { color: var(--blue); }
        textarea { display: block; width: 100%; resize: vertical; line-height: 1.4; padding: .55rem .7rem; }
        textarea::placeholder { color: var(--soft); opacity: 1; }
        textarea + .hint { margin-top: .4rem; }
        .drop { border: 2px dashed var(--edge); border-radius: 10px; padding: 1.1rem 1rem; text-align: center; }
        .drop-word { font-size: 1.125rem; font-weight: 600; margin-bottom: .7rem; }
        .drop .hint { margin-top: .7rem; text-wrap: balance; }
        .dragging .drop { border-color: var(--blue); border-style: solid; background: var(--blue-wash); }
        .buttons { display: flex; flex-wrap: wrap; gap: .5rem; justify-content: center; }
        @media (pointer: coarse) { .drop-word { display: none; } }
        .check { display: flex; gap: .55rem; align-items: center; margin-top: .6rem; min-height: 2rem; }
        .check input { width: 1.2rem; height: 1.2rem; flex: none; margin: 0; accent-color: var(--blue); }
        #choice { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 0 .75rem; }
        @media (min-width: 60rem) { #choice { grid-template-columns: 1fr; } }
        .field { display: grid; grid-template-columns: 1fr; gap: .2rem; margin-bottom: .7rem; font-size: .9375rem; }
        select { width: 100%; text-overflow: ellipsis; }
        details { font-size: .9375rem; }
        summary { cursor: pointer; padding: .35rem 0; color: var(--soft); }
        summary:hover { color: var(--blue); }
        #facts li + li { margin-top: .4rem; }
        #facts strong { color: var(--ink); font-weight: 600; overflow-wrap: anywhere; }
        .problem { border-left: 4px solid var(--orange); background: var(--wash); border-radius: 0 6px 6px 0;
          padding: .6rem .8rem; font-size: .9375rem; overflow-wrap: anywhere; margin: .6rem 0; }
        .problem small { display: block; color: var(--soft); font-size: .8125rem; margin-top: .15rem; }
        .problem form { margin: .5rem 0; }
        .problem button { background: var(--paper); margin-top: .4rem; }
        """

    private static let cards = """
        .results { margin-top: 1.75rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
        .results:focus { outline: none; }
        .bar-top { display: flex; justify-content: space-between; align-items: start; gap: 1rem; }
        .bar-top button { flex: none; margin: -.6rem -.5rem -.4rem 0; }
        #status { min-height: 1.3rem; }
        article { border-top: 1px solid var(--rule); padding: 1.25rem 0 1.5rem; margin-top: 1rem; }
        article h3:focus { outline: none; }
        .card-head { display: flex; justify-content: space-between; align-items: start; gap: .75rem; }
        .card-head .hint { font-variant-numeric: tabular-nums; }
        .card-head button { flex: none; margin: -.5rem -.5rem 0 0; }
        .card-body { margin-top: .75rem; }
        .picture { margin-bottom: 1rem; }
        .picture img { display: block; max-width: 100%; max-height: 16rem; margin: 0 auto; border-radius: 6px;
          background: var(--wash); }
        .picture .hint { background: var(--wash); border-radius: 6px; padding: 2rem .5rem; text-align: center; }
        .waiting { color: var(--soft); font-size: .9375rem; padding: .3rem 0; }
        .card-buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
        .similar { margin-top: 1.25rem; }
        .similar ol { counter-reset: place; margin-top: .4rem; max-width: 34rem; }
        .similar li { display: grid; grid-template-columns: 1.6rem minmax(0, 1fr) auto; gap: .5rem; font-size: .9375rem;
          padding: .25rem 0; border-bottom: 1px solid var(--rule); counter-increment: place;
          font-variant-numeric: tabular-nums; }
        .similar li::before { content: counter(place); color: var(--soft); text-align: right; }
        .similar li span:first-child { overflow-wrap: anywhere; }
        @media (min-width: 44rem) {
          .card-body { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 0 1.75rem; align-items: start; }
          .picture { margin: 0; }
          .picture img { margin: 0; }
        }
        """

    private static let tables = """
        table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .9375rem; line-height: 1.35;
          font-variant-numeric: tabular-nums; }
        .groups table + table { margin-top: 1.4rem; }
        caption { text-align: left; padding-bottom: .35rem; font-weight: 600; }
        caption small { font-weight: 400; color: var(--soft); font-size: .8125rem; display: block; }
        th, td { text-align: left; vertical-align: middle; padding: .3rem 0; font-weight: 400; }
        th:first-child { width: 38%; padding-right: .8rem; overflow-wrap: anywhere; hyphens: auto; }
        thead th { color: var(--soft); font-size: .8125rem; vertical-align: bottom; overflow-wrap: anywhere; }
        thead th:has(> .away) { padding: 0; line-height: 0; }
        @media (min-width: 44rem) { th:first-child { width: 32%; } }
        tr.chosen > th { font-weight: 600; }
        .cell { display: grid; grid-template-columns: minmax(0, 1fr) 5rem; gap: .6rem; align-items: center; }
        .value { white-space: nowrap; display: grid; grid-template-columns: 1.1rem 1fr; text-align: right; }
        .value > span:first-child { color: var(--blue); font-weight: 700; text-align: left; }
        .bar { position: relative; height: .8rem; background: var(--trough); border-radius: 3px; }
        .bar > i { display: block; height: 100%; background: var(--faint); border-radius: 3px; }
        .bar > b { position: absolute; top: -.2rem; bottom: -.2rem; width: 3px; margin-left: -1.5px;
          background: var(--ink); border-radius: 1px; box-shadow: 0 0 0 1px var(--paper); }
        .full > .bar > i { background: var(--blue); }
        td:nth-child(3) .full > .bar > i { background: var(--orange); }
        td:nth-child(3) .value > span:first-child { color: var(--orange); }
        .none { color: var(--soft); }
        .example { max-width: 30rem; margin-top: .8rem; }
        #empty { margin-top: .5rem; color: var(--soft); }
        .compare .cell { grid-template-columns: minmax(0, 1fr); gap: .1rem; }
        .compare .value { justify-content: start; grid-template-columns: auto auto; gap: .3rem; }
        .compare .value > span:first-child:empty { display: none; }
        .compare th:first-child { width: 32%; padding-right: 0; }
        .compare td, .compare th + th { padding-left: .75rem; }
        @media (max-width: 26rem) { .compare { font-size: .875rem; } }
        @media (min-width: 44rem) {
          .compare .cell { grid-template-columns: minmax(0, 1fr) 5rem; gap: .6rem; }
          .compare .value { grid-template-columns: 1.1rem 1fr; gap: 0; justify-content: normal; }
          .compare .value > span:first-child:empty { display: inline; }
        }
        """

    private static let light = """
        color-scheme: light; --paper: #fdfcfa; --wash: #f3f1ec; --ink: #1c2127; --soft: #575f6a; --rule: #dedad2;
          --blue: #0a63a4; --orange: #c04a05; --grey: #878d96; --edge: #7d838c; --blue-wash: #d5e4f0;
          --trough: #e9e6df; --faint: #a3b9cb;
        """

    private static let dark = """
        color-scheme: dark; --paper: #15181c; --wash: #1e2228; --ink: #e8e6e1; --soft: #a8aeb8; --rule: #32373f;
          --blue: #6bb4ec; --orange: #f39a55; --grey: #858c97; --edge: #858c97; --blue-wash: #1f3a50;
          --trough: #2a2f37; --faint: #4e6b83;
        """
}
