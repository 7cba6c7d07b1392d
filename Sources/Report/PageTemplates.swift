// SPDX-License-Identifier: Apache-2.0

/// The page's Mustache templates. They are well-formed XML, so that a strict parser can check a page.
enum PageTemplates {
    static let page = """
        <!DOCTYPE html>
        <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src \
        'unsafe-inline'; script-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{{title}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <div class="layout">
        <header>
        <h1>{{title}}</h1>
        <div class="summary">{{#summary}}<p>{{sentence}}</p>{{/summary}}</div>
        {{>facts}}
        {{#choosing}}<p id="choice" hidden="hidden"><label>Only the label <select><option value="">all labels</option>\
        {{#choices}}<option value="{{label}}">{{labelName}}</option>{{/choices}}</select></label> \
        <span role="status"></span></p>{{/choosing}}
        </header>
        <nav aria-label="Sections"><ol>{{#sections}}<li><a href="#{{id}}">{{heading}}</a></li>{{/sections}}</ol></nav>
        <main id="content">
        {{#sections}}
        <section id="{{id}}" aria-labelledby="{{id}}-h">
        <h2 id="{{id}}-h"><span class="number">{{number}}</span> {{heading}}</h2>
        <p class="lead">{{lead}}</p>
        {{#blocks}}{{>*part}}{{/blocks}}
        </section>
        {{/sections}}
        <footer><p>Made by mumic. This page is one file: it can be mailed, archived and opened without a network.</p>\
        </footer>
        </main>
        </div>
        <script>{{{script}}}</script>
        </body>
        </html>

        """

    static let parts: [String: String] = [
        "facts": """
        <dl class="facts">{{#facts}}<div><dt>{{factName}}</dt><dd>{{factValue}}</dd></div>{{/facts}}</dl>
        """,
        "metrics": """
        <div class="metrics">
        {{#metrics}}
        <div class="metric"><h3>{{metricName}}</h3>
        <p class="value">{{metricValue}}{{#metricChange}} <small>{{metricChange}}</small>{{/metricChange}}</p>
        {{#track}}<div class="track" aria-hidden="true"><span class="band" style="left:{{from}};width:{{width}}">\
        </span>{{#mark}}<span class="was" style="left:{{mark}}"></span>{{/mark}}<span class="at" \
        style="left:{{at}}"></span></div>{{/track}}
        {{#interval}}<p class="interval">{{interval}}</p>{{/interval}}
        <p class="meaning">{{meaning}}</p></div>
        {{/metrics}}
        </div>
        """,
        "figure": """
        <figure><h3>{{figureTitle}}</h3>{{#keys}}<ul class="keys">{{#list}}<li><span class="key {{style}}"></span>\
        {{text}}</li>{{/list}}</ul>{{/keys}}
        {{{svg}}}
        {{#caption}}<figcaption>{{caption}}</figcaption>{{/caption}}</figure>
        """,
        "figures": """
        <div class="figures {{size}}">{{#figures}}{{>figure}}{{/figures}}</div>
        """,
        "wide": """
        {{#wideFigure}}<figure><h3>{{figureTitle}}</h3><div class="wide" tabindex="0" role="region" \
        aria-label="{{figureTitle}}"><div style="width:{{minimumWidth}}px">{{{svg}}}</div></div>\
        {{#caption}}<figcaption>{{caption}}</figcaption>{{/caption}}</figure>{{/wideFigure}}
        """,
        "table": """
        {{#table}}<div class="scroll {{height}}" tabindex="0" role="region" aria-labelledby="{{tableID}}-c">
        <table{{#interactive}} data-sort="yes"{{/interactive}}><caption><span id="{{tableID}}-c">{{tableCaption}}\
        </span></caption>
        <thead><tr>{{#columns}}<th scope="col" class="{{kind}}">{{column}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>{{#cells}}<{{{open}}}>{{#bar}}<span class="bar"><i style="width:{{bar}}"></i></span>{{/bar}}\
        {{#dumbbell}}<span class="db {{way}}"><s style="left:{{lo}};width:{{w}}"></s><i style="left:{{a}}"></i>\
        <b style="left:{{b}}"></b></span>{{/dumbbell}}{{#bar}}<span class="v">{{text}}</span>{{/bar}}{{^bar}}{{text}}{{/bar}}{{#tag}} <em>{{tag}}</em>{{/tag}}</{{{close}}}>\
        {{/cells}}</tr>
        {{/rows}}
        </tbody></table></div>
        {{/table}}
        """,
        "gallery": """
        {{#gallery}}{{#galleryHead}}<h3>{{galleryTitle}}</h3><p class="note">{{galleryNote}}</p>{{/galleryHead}}
        <ul class="gallery">
        {{#items}}
        <li{{{attributes}}}><img src="{{uri}}" alt="Thumbnail of {{picture}}" />\
        <p class="verdict">{{verdict}}</p><p class="annotated">{{annotated}}</p>\
        <p class="file"><bdi>{{picture}}</bdi>{{place}}</p></li>
        {{/items}}
        </ul>{{/gallery}}
        """, "heading": "<h3>{{text}}</h3>", "text": "<p class=\"note\">{{text}}</p>",
        "code": """
        <h3>{{codeTitle}}</h3>
        <pre tabindex="0"><code>{{text}}</code></pre>
        """,
    ]
}
