import { MEDIA, type Medium, OPTIONAL_CLASSES, type OptionalClass } from '#app/domain';

export interface Box {
  readonly medium: Medium;
  readonly class: OptionalClass;
  readonly isTicked: boolean;
}

const INPUT = /<input\s+type="checkbox"\s+name="on"\s+value="([^"]+)"([^>]*)>/g;

/** The boxes that a preference page lets its reader tick or untick. */
export function boxesOf(page: string): Box[] {
  const tickable = new Map(
    [...page.matchAll(INPUT)].flatMap(([, name = '', rest = '']) =>
      rest.includes('disabled') ? [] : [[name, rest.includes('checked')] as const],
    ),
  );
  return MEDIA.flatMap((medium) =>
    OPTIONAL_CLASSES.flatMap((each) => {
      const isTicked = tickable.get(`${medium}.${each}`);
      return isTicked === undefined ? [] : [{ medium, class: each, isTicked }];
    }),
  );
}

/** What a browser sends when the page is left with these boxes ticked. */
export function saved(boxes: readonly Box[], ticked: readonly Box[]): string {
  const form = new URLSearchParams({ act: 'save' });
  const add = (field: string, some: readonly Box[]): void =>
    some.forEach((box) => form.append(field, `${box.medium}.${box.class}`));
  add('on', ticked);
  add(
    'shown',
    boxes.filter(({ isTicked }) => isTicked),
  );
  return form.toString();
}
