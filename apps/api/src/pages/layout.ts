import { html, Markup } from './html.js';

const STYLE = new Markup(`<style>
:root{color-scheme:light dark;--line:#8a8a8a;--accent:#1a56db;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--accent:#8ab4ff;--on-accent:#000}}
*{box-sizing:border-box}
body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.375rem;line-height:1.3;margin:.25rem 0 1rem}
fieldset{border:0;margin:0 0 1.25rem;padding:0;min-width:0}
legend{padding:0}
.shop{margin:0}
.scale{display:flex;flex-wrap:wrap;gap:.5rem}
.scale label{position:relative;flex:1 0 2.75rem;min-height:2.75rem;display:flex;align-items:center;justify-content:center;border:1px solid var(--line);border-radius:.5rem;cursor:pointer}
.scale input{position:absolute;inset:0;margin:0;opacity:0;cursor:pointer}
.scale label:has(input:checked){background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:700}
.scale label:has(input:focus-visible){outline:3px solid var(--accent);outline-offset:2px}
.ends{display:flex;justify-content:space-between;gap:1rem;margin:.5rem 0 0}
textarea{width:100%;min-height:7rem;font:inherit;padding:.5rem;border:1px solid var(--line);border-radius:.5rem;margin:.25rem 0 1.25rem}
button{font:inherit;font-weight:700;min-height:2.75rem;padding:.5rem 1.5rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--on-accent);cursor:pointer}
.fault{border-left:.25rem solid #c81e1e;padding-left:.75rem}
a{color:var(--accent)}
</style>`);

/** A whole page: no script, nothing from elsewhere. */
export function page(locale: string, title: string, body: Markup): string {
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text;
}

/** A page that only says something. */
export function notice(locale: string, title: string, text: string): string {
  return page(
    locale,
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
}
