import {
  checkAll,
  Checker,
  type CheckReport,
  type CheckRequest,
  FindUnknownSnippets,
  type TemplateEngine,
} from '#app/application';
import { PgSnippetStore } from '#app/persistence';

/** Without a thread, and with templates of the test's own. */
export class CheckerInPlace extends Checker {
  constructor(private readonly templates: TemplateEngine) {
    super();
  }

  check(request: CheckRequest): Promise<CheckReport[]> {
    return checkAll(request, this.templates);
  }
}

export const unknownSnippets = new FindUnknownSnippets(new PgSnippetStore());
