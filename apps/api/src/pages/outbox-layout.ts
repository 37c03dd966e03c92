import { html, Markup } from './html.js';

// contrast and sizes as on the public pages; the views of a letter are switched by the radio buttons before them, for there is no script
const STYLE = new Markup(`<style>
:root{color-scheme:light dark;--back:#f4f4f5;--card:#fff;--text:#27272a;--soft:#52525b;--line:#d4d4d8;--accent:#1d4ed8;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--back:#111113;--card:#1c1c20;--text:#f4f4f5;--soft:#b9b9c2;--line:#3f3f46;--accent:#9dbcff;--on-accent:#0b1220}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:84rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.5rem;line-height:1.3;margin:.5rem 0 1rem;overflow-wrap:anywhere}
p{margin:0 0 1rem;color:var(--soft)}
a{color:var(--accent)}
nav{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 1rem}
nav a,.views label{display:inline-flex;align-items:center;min-height:2.75rem;padding:.25rem 1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:var(--accent);text-decoration:none;cursor:pointer}
nav a[aria-current],.views input:checked+label{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:700}
.items{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow:hidden}
.items li+li{border-top:1px solid var(--line)}
.items a{display:grid;gap:.125rem 1rem;padding:.75rem 1rem;color:inherit;text-decoration:none}
.items a:hover{background:var(--back)}
.what{font-weight:600;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.9375rem;overflow-wrap:anywhere}
@media(min-width:52rem){.items a{grid-template-columns:minmax(0,2fr) minmax(0,1.4fr) minmax(0,1.4fr) auto}}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1rem;margin:0 0 1.25rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.views>input{position:absolute;opacity:0}
.views>label{margin:0 .5rem .75rem 0}
.views>section{display:none;background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow:auto}
#narrow:checked~.frame,#wide:checked~.frame,#plain:checked~.plain,#head:checked~.head{display:block}
.frame iframe{display:block;margin:0 auto;border:0;height:80vh;min-height:30rem;background:#fff}
#narrow:checked~.frame iframe{width:375px}#wide:checked~.frame iframe{width:1280px}
.plain,.head{padding:1rem}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:.9375rem/1.5 ui-monospace,monospace}
.phone{max-width:24rem;background:var(--card);border:1px solid var(--line);border-radius:1.5rem;padding:1.5rem 1rem}
.bubble{background:var(--accent);color:var(--on-accent);border-radius:1.125rem 1.125rem 1.125rem .25rem;padding:.75rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
.views input:focus-visible+label,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
</style>`);

/** A page for the team: as wide as what it shows needs. No script, and nothing from elsewhere but the pictures of mails. */
export function teamPage(title: string, body: Markup): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · Afterglow</title>
        ${STYLE}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text;
}
