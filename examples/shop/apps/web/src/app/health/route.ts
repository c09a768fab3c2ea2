/** Asked by App Runner or the load balancer. Says nothing of the API: this process is well without it. */
export const dynamic = 'force-dynamic';

export function GET(): Response {
  return Response.json({ status: 'ok' });
}
