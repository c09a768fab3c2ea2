import { realClock } from '../clock.js';
import { serve, type RunningServer } from '../http/server.js';
import { TraceStore } from '../trace.js';
import { awsEndpoint, type EndpointParts } from './endpoint.js';
import { sts } from './sts.js';

/** Serves these APIs, and STS, on a port of the loopback address; 0 takes a free one. @throws LandfallError `PORT_TAKEN` */
export function serveAws(port: number, parts: EndpointParts): Promise<RunningServer> {
  return serve({
    port,
    handler: awsEndpoint({ ...parts, apis: [sts, ...parts.apis] }),
    // Calls of its own are no requests of the project's.
    traces: new TraceStore({ clock: realClock, limit: 1 }),
    clock: realClock,
    onError: parts.onError,
  });
}
