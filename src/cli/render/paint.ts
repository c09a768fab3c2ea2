import picocolors from 'picocolors';

export type Paint = ReturnType<typeof picocolors.createColors>;

/** Colours, or none. */
export const paintFor = (color: boolean): Paint => picocolors.createColors(color);
