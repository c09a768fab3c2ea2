import { metadataPattern } from '../../metadata.js';
import type { ByteText } from '../text/bytes.js';

const address = new RegExp(metadataPattern, 'i');

/** Any spelling of the instance's metadata address, as Landfall's own rule knows them. @param text decoded */
export const namesMetadata = (text: ByteText): boolean => address.test(text);
