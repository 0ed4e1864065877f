/**
 * Settings of a server all of whose clients come from one address, which limits of a client would take for one: behind
 * the demo's load balancer, or under a test or a measurement on the loopback.
 */
export const ONE_ADDRESS = { CLIENT_CONNECTIONS_MAX: '0', CLIENT_REQUESTS_PER_S: '0' } as const;
