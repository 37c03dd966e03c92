/** Tables that are read and written as objects; the hot ones are reached by SQL in the repositories. */
export const entities: (new () => object)[] = [];
