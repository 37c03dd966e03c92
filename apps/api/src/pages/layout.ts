import { html, Markup } from './html.js';
import { colorsOf, footOf, headOf, type ShopOnPage } from './letterhead.js';

// Text and controls keep the contrast of WCAG 2.2 AA in both schemes; targets are 44 px high at least.
const STYLE = new Markup(`<style>
:root{color-scheme:light dark;--back:#f4f4f5;--card:#fff;--text:#27272a;--soft:#52525b;--line:#71717a;--accent:#1d4ed8;--on-accent:#fff;--button:var(--accent);--on-button:var(--on-accent);--edge:transparent;--fault:#b91c1c}
@media(prefers-color-scheme:dark){:root{--back:#111113;--card:#1c1c20;--text:#f4f4f5;--soft:#b9b9c2;--line:#8a8a93;--accent:#9dbcff;--on-accent:#0b1220;--fault:#fca5a5}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1.0625rem/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:1.25rem .5rem 2rem}
.shop{margin:0 0 1rem;text-align:center;font-weight:700}
.shop img{max-width:10rem;max-height:5rem;vertical-align:middle}
.address{margin:1rem .5rem 0;text-align:center;font-size:.875rem;color:var(--soft)}
@media(prefers-color-scheme:dark){.shop img{background:#f4f4f5;padding:.5rem .75rem;border-radius:.5rem}}
.card{background:var(--card);border-radius:.75rem;padding:1.5rem 1rem}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 1rem}
p{margin:0 0 1rem}
.card>:last-child{margin-bottom:0}
fieldset{border:0;margin:0 0 1.5rem;padding:0;min-width:0}
legend{padding:0}
.scale{display:grid;grid-template-columns:repeat(auto-fit,minmax(2.75rem,1fr));gap:.5rem}
.scale label{position:relative}
.scale input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.scale span{display:flex;align-items:center;justify-content:center;min-height:3rem;border:1px solid var(--line);border-radius:.5rem;font-weight:700;color:var(--accent)}
.scale label:hover span{border-color:var(--accent)}
.scale input:checked+span{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.ends{display:flex;justify-content:space-between;gap:1rem;margin:.5rem 0 0;font-size:.9375rem;color:var(--soft)}
.ends span:last-child{text-align:right}
textarea,.field{display:block;width:100%;min-height:3rem;font:inherit;color:inherit;background:transparent;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0 1.25rem}
textarea{min-height:7rem}
button{font:inherit;font-weight:700;min-height:3rem;padding:.5rem 1.75rem;border:1px solid var(--edge);border-radius:.5rem;background:var(--button);color:var(--on-button);cursor:pointer}
.choice{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;padding:.375rem 0;line-height:1.35;cursor:pointer}
.choice input{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--accent)}
legend+.choice{margin-top:.25rem}
fieldset legend{font-weight:700}
form+form{margin:1rem 0}
button.second{background:transparent;color:var(--accent);border:1px solid var(--line)}
.fault{border-left:.25rem solid;padding-left:.75rem;color:var(--fault);font-weight:700}
a{color:var(--accent)}
.scale input:focus-visible+span,textarea:focus-visible,.field:focus-visible,button:focus-visible,.choice input:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media(min-width:32rem){main{padding-top:3rem}.card{padding:2rem}}
@media(forced-colors:active){.scale input:checked+span{outline:3px solid Highlight}button{border:1px solid}}
</style>`);

export interface PageContent {
  /** Null where the shop is not known. */
  readonly shop: ShopOnPage | null;
  readonly title: string;
  readonly body: Markup;
}

/** A whole page: no script, nothing from elsewhere but the shop's logo. */
export function page(locale: string, { shop, title, body }: PageContent): string {
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${shop === null ? title : `${title} · ${shop.shopName}`}</title>
        ${STYLE} ${shop === null ? null : colorsOf(shop.letterhead)}
      </head>
      <body>
        <main>
          ${shop === null ? null : headOf(shop)}
          <div class="card">${body}</div>
          ${shop === null ? null : footOf(shop)}
        </main>
      </body>
    </html> `.text;
}

/** A page that only says something. */
export function notice(locale: string, shop: ShopOnPage | null, title: string, text: string): string {
  const body = html`<h1>${title}</h1>
    <p>${text}</p>`;
  return page(locale, { shop, title, body });
}
