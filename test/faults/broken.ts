/** Promises broken by this file's rows: a row that is run once more does not make them good. */
export const broken: object[] = [];
