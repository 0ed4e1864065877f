/** @type {import('next').NextConfig} */
const config = {
  // kafkajs must be the one copy that Node loads: bundled, each of Next's three module graphs would get its own.
  serverExternalPackages: ['kafkajs', 'pino', 'prom-client'],
  // Types are checked by `npm run check`; a second check would only slow every build and every start of the demo.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
  // No page uses next/image: this closes the optimiser's endpoint, so that the container image can leave out sharp
  // (20 MB). Even so its disk cache would be made at the first request, which fails where the disk is read-only.
  images: { unoptimized: true, maximumDiskCacheSize: 0 },
};

// For the container image only: `next start`, which `npm start` runs, warns about a standalone build.
if (process.env.NEXT_OUTPUT === 'standalone') {
  config.output = 'standalone';
  config.outputFileTracingExcludes = { '*': ['node_modules/sharp/**', 'node_modules/@img/**'] };
}

export default config;
