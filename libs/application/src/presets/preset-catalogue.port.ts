/** A journey that ships with Afterglow, as text. */
export interface PresetSource {
  /** Name of its file without `.yaml`; the same as the document's key. */
  readonly key: string;
  /** YAML. */
  readonly text: string;
}

/** The journeys that ship with Afterglow, by key. */
export abstract class PresetCatalogue {
  abstract list(): Promise<readonly PresetSource[]>;

  abstract find(key: string): Promise<PresetSource | undefined>;

  /** Made-up facts to look at messages with, by name. */
  abstract samples(): Promise<readonly PresetSource[]>;
}
