# syntax=docker/dockerfile:1

# Everything that the builds need, in a layer that only the two package files can invalidate.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund

FROM dependencies AS server-build
ENV NEXT_OUTPUT=standalone NEXT_TELEMETRY_DISABLED=1
COPY next.config.js postcss.config.mjs tsconfig.json instrumentation.ts proxy.ts ./
COPY lib ./lib
COPY components ./components
COPY app ./app
RUN --mount=type=cache,target=/app/.next/cache npm run build

# One file, with kafkajs in it: what it does not use of node_modules is not needed.
FROM dependencies AS producer-build
COPY lib/protocol ./lib/protocol
COPY scripts ./scripts
RUN npx esbuild scripts/produce.ts --bundle --platform=node --target=node24 --outfile=produce.cjs

# The demo's producer.
FROM node:24-bookworm-slim AS producer
WORKDIR /app
COPY --from=producer-build /app/produce.cjs ./
USER node
ENTRYPOINT ["node", "produce.cjs"]

# What runs: Node.js, the server, and of node_modules only the files that the server loads.
FROM node:24-bookworm-slim AS server
# NEXT_MANUAL_SIG_HANDLE: without it Next.js leaves on SIGTERM before our handler has drained the streams.
# HOSTNAME is the address that Next.js listens on; Docker would set it to the container's name.
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    NEXT_MANUAL_SIG_HANDLE=1 \
    HOSTNAME=0.0.0.0 \
    PORT=3000
WORKDIR /app
# Owned by root: the server writes nothing, so the process need not be able to change its own code.
COPY --from=server-build /app/.next/standalone ./
COPY --from=server-build /app/.next/static ./.next/static
USER node
EXPOSE 3000
# Alive, not ready: a pod whose broker is away must not be replaced for it. /readyz is for load balancers.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The exec form: the server is process 1 and gets SIGTERM itself.
CMD ["node", "server.js"]
