import { CaptureTag, Drop } from 'liquidjs';
import type { Context } from 'liquidjs';

/** What `capture` collected: its outputs are escaped already. Filters see a plain string. */
export class Markup extends Drop {
  constructor(private readonly html: string) {
    super();
  }

  override valueOf(): string {
    return this.html;
  }
}

/** Without it, `{% capture x %}{{ name }}{% endcapture %}{{ x }}` would escape the name twice. */
export class MarkupCaptureTag extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const html = yield this.liquid.renderer.renderTemplates(this.templates, context);
    // doubling captures in a loop grow without a filter that would be counted
    context.memoryLimit.use(html.length);
    context.bottom()[this.variable] = new Markup(html);
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character) : text;
}
