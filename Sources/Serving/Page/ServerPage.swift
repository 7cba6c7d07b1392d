// SPDX-License-Identifier: Apache-2.0

/// The page at `/`: pictures in, labels out, by the API of the same server and nothing else.
///
/// ``html`` holds one style block and one script block, with exactly the texts of ``style`` and ``script``, and neither
/// style attributes nor event handlers, so that a Content-Security-Policy can name the two by their hashes:
/// `default-src 'none'; style-src 'sha256-…'; script-src 'sha256-…'; img-src blob: data:; connect-src 'self'`.
/// Addresses are relative: behind a proxy the page also works below a path, `https://example.org/labels/`.
enum ServerPage {
    /// What stands between `<style>` and `</style>`.
    static let style = PageStyle.text

    /// What stands between `<script>` and `</script>`.
    static let script = PageScript.text

    /// The whole document, `text/html; charset=utf-8`.
    static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>MuMIC: what is in your pictures?</title>
        <link rel="icon" href="data:image/svg+xml,\(icon)">
        <style>\(style)</style>
        </head>
        <body>
        <a class="skip" href="#results">Skip to the results</a>
        <header>
        <p class="brand">MuMIC</p>
        <h1>What is in your pictures?</h1>
        <p class="lead">Add a picture and see which labels fit it.</p>
        </header>
        <main>
        <noscript>\(withoutScript)</noscript>
        <div id="app" hidden>
        <div class="controls">
        \(pictures)
        \(labels)
        \(models)
        </div>
        \(results)
        </div>
        </main>
        <footer>
        <p>Pictures and labels go to this server and nowhere else. This page keeps nothing: closed, it is empty.</p>
        <p>For programs: <a href="openapi.json">the API of this server</a>.</p>
        </footer>
        <script>\(script)</script>
        </body>
        </html>

        """

    private static let icon = """
        %3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='%230a63a4'%3E\
        %3Crect y='2' width='16' height='3' rx='1'/%3E%3Crect y='7' width='11' height='3' rx='1'/%3E\
        %3Crect y='12' width='6' height='3' rx='1'/%3E%3C/g%3E%3C/svg%3E
        """

    private static let withoutScript = """

        <h2>This page needs JavaScript</h2>
        <p>Please allow it for this page. Or send a picture from a terminal:</p>
        <pre tabindex="0">curl -H 'Content-Type: image/jpeg' --data-binary @picture.jpg http://THIS-SERVER/v1/predict</pre>

        """

    private static let pictures = """
        <section aria-labelledby="pictures-title">
        <h2 id="pictures-title">Pictures</h2>
        <div id="drop" class="drop">
        <p class="drop-word">Drop pictures here</p>
        <p class="buttons"><button type="button" id="choose" class="primary">Choose pictures</button>
        <button type="button" id="photo" hidden>Take a photo</button></p>
        <p class="hint">JPEG, PNG or WebP; pasting works, too</p>
        <input type="file" id="files" accept="image/jpeg,image/png,image/webp" multiple hidden>
        <input type="file" id="camera" accept="image/*" capture="environment" hidden>
        </div>
        <p id="refused" class="problem" role="alert" hidden></p>
        </section>
        """

    private static let labels = """
        <section aria-labelledby="labels-title">
        <h2 id="labels-title"><label for="typed">Try your own labels</label></h2>
        <textarea id="typed" rows="2" autocapitalize="off" spellcheck="false" aria-describedby="typed-hint"
          placeholder="red car, people at night"></textarea>
        <p id="typed-hint" class="hint">Any words. One label a line, or commas between. Scores come while you type.</p>
        <p class="check"><input type="checkbox" id="own" checked> <label for="own">Show the model’s own labels</label></p>
        </section>
        """

    private static let models = """
        <section aria-labelledby="model-title">
        <h2 id="model-title">Model</h2>
        <div id="server" class="problem" hidden><p id="server-words" role="alert"></p>
        <form id="token-form" hidden><label for="token">Token</label>
        <input type="password" id="token" autocomplete="off"> <button type="submit">Use it</button></form>
        <button type="button" id="server-again">Try again</button></div>
        <div id="choice" hidden>
        <p class="field"><label for="model">Use</label> <select id="model"></select></p>
        <p class="field"><label for="second">Compare with</label> <select id="second"></select></p>
        </div>
        <p id="using" class="hint"></p>
        <details id="about" hidden><summary>About the model</summary><ul id="facts" class="hint"></ul></details>
        </section>
        """

    private static let results = """
        <section id="results" class="results" aria-labelledby="results-title" tabindex="-1">
        <div class="bar-top">
        <h2 id="results-title">Results</h2>
        <button type="button" id="clear" class="plain" hidden>Remove all</button>
        </div>
        <p id="status" role="status" class="hint"></p>
        <p id="legend" class="hint" hidden>✓: the label reaches its threshold, the upright line on its bar.</p>
        <div id="cards"></div>
        <div id="empty">
        <p>Your pictures will show here, each with its labels. An example:</p>
        <table class="example">
        <thead><tr><th scope="col"><span class="away">Label</span></th>
        <th scope="col"><span class="away">Probability</span></th></tr></thead>
        <tbody></tbody>
        </table>
        </div>
        </section>
        """
}
