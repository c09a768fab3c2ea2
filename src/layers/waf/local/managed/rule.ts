import type { Inspection } from '../request/inspection.js';
import type { Statement } from '../statements/statement.js';
import type { ByteText } from '../text/bytes.js';
import type { Value } from './values.js';

type Look = (inspection: Inspection) => readonly Value[];

/** Some value matches in one of its forms. Plain values are not looked at. */
export const anyForm =
  (look: Look, holds: (text: ByteText) => boolean): Statement =>
  (inspection) =>
    look(inspection).find(({ isPlain, forms }) => !isPlain && forms.some(holds))?.name;

/** As `anyForm`, for what plain values can match too. */
export const anyValue =
  (look: Look, holds: (text: ByteText) => boolean): Statement =>
  (inspection) =>
    look(inspection).find(({ forms }) => forms.some(holds))?.name;

/** A component that is longer than so many bytes. */
export const longerThan =
  (bytes: number, name: string, lengthOf: (inspection: Inspection) => number): Statement =>
  (inspection) =>
    lengthOf(inspection) > bytes ? name : undefined;
