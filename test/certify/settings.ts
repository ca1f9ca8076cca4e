/** The secrets of the aggregator that the kit's tests play. */
export const SETTINGS = {
  catalogue: { url: 'http://127.0.0.1:9/games', api_key: 'certify-test-catalogue-key' },
  launch: { url: 'http://127.0.0.1:9/launch', secret: 'certify-test-launch-secret' },
  callbacks: { signing_secrets: ['certify-test-signing-secret'] },
} as const;
