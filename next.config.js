/** @type {import('next').NextConfig} */
const config = {
  // kafkajs must be the one copy that Node loads: bundled, each of Next's three module graphs would get its own.
  serverExternalPackages: ['kafkajs', 'pino', 'prom-client'],
  // Types are checked by `npm run check`; a second check would only slow every build and every start of the demo.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
