import type { FactsSnapshot } from '../facts/view.js';
import type { Act } from './run.js';

/** The facts once an act is performed; the very same object where it changes none that conditions can see. */
export function afterAct(snapshot: FactsSnapshot, act: Act): FactsSnapshot {
  const { customer } = snapshot;
  if (act.type === 'set') {
    const { value } = act;
    if (typeof value === 'object' && value !== null) return snapshot;
    return { ...snapshot, customer: { ...customer, attributes: { ...customer.attributes, [act.attribute]: value } } };
  }
  if (act.type !== 'tag' || customer.tags.includes(act.tag) === act.isOn) return snapshot;
  const tags = act.isOn ? [...customer.tags, act.tag] : customer.tags.filter((tag) => tag !== act.tag);
  return { ...snapshot, customer: { ...customer, tags } };
}
