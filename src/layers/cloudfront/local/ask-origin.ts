import type { HttpRequest } from '../../../local/contract/http.js';
import type { Behaviour } from './behaviours.js';
import { validatorsOf } from './cache/entry.js';
import type { OriginAnswer } from './cache/exchange.js';
import { acceptEncoding, withCodings } from './cache/key.js';
import { compressed } from './compression.js';
import { forViewers } from './origin-response.js';
import { forUnreachable } from './own-responses.js';
import type { Passage } from './passage.js';

/** What a behaviour's origin answers, as viewers may see it and compressed; or what is said for an origin that did not answer. */
export async function askOrigin(
  { edge, hop }: Passage,
  behaviour: Behaviour,
  request: HttpRequest,
): Promise<OriginAnswer> {
  const { origin, forwarding, cache, compresses } = behaviour;
  hop.note('origin', origin.id);
  try {
    const response = await origin.request(withCodings(request, cache), forwarding, edge);
    const accepted = compresses ? acceptEncoding(request, cache) : undefined;
    return {
      response: await compressed(forViewers(response, behaviour), accepted),
      validators: validatorsOf(response.headers),
      isOwn: false,
    };
  } catch (error) {
    return { response: forUnreachable(error), validators: validatorsOf([]), isOwn: true };
  }
}
