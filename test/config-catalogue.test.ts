/** What the configuration says about catalogues: its defaults, and the house's keys beside a dialect's. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { ConfigFile } from '../src/config.ts';

const load = (section: object = {}, catalogue?: ConfigFile['catalogue']) => {
  const config = loadConfig(
    {},
    {},
    {
      currencies: { USD: { scale: 2 } },
      ...(catalogue === undefined ? {} : { catalogue }),
      aggregators: [
        {
          name: 'acme',
          dialect: 'generic',
          catalogue: { url: 'https://acme.test/games', api_key: 'catalogue-key', ...section },
          launch: { url: 'https://acme.test/launch', secret: 'launch-secret' },
          callbacks: { signing_secrets: ['signing-secret'] },
        },
      ],
    },
  );
  return { ...config, sync: config.aggregators[0]?.sync, settings: config.aggregators[0]?.sandboxSettings };
};

describe('the catalogue in the configuration', () => {
  it('believes little unless it is told more', () => {
    const { sync, catalogue } = load();
    expect(sync).toEqual({
      everyMs: 600_000,
      shrinkLimit: 0.2,
      hideAfterSyncs: 2,
      hideAfterMs: 300_000,
      mayBeEmpty: false,
    });
    expect(catalogue).toEqual({ merge: 'propose', changeRetentionMs: 400 * 86_400_000 });
  });

  it("takes the house's keys, and leaves the dialect its own", () => {
    const { sync, settings } = load({
      sync_minutes: 3,
      shrink_percent: 50,
      hide_after_syncs: 1,
      hide_after_minutes: 0,
      may_be_empty: true,
    });
    expect(sync).toEqual({ everyMs: 180_000, shrinkLimit: 0.5, hideAfterSyncs: 1, hideAfterMs: 0, mayBeEmpty: true });
    expect(settings).toMatchObject({ catalogue: { url: 'https://acme.test/games', api_key: 'catalogue-key' } });
    expect(Object.keys((settings as { catalogue: object }).catalogue)).toEqual(['url', 'api_key']);
    expect(load({}, { merge: 'automatic', change_retention_days: 30 }).catalogue).toEqual({
      merge: 'automatic',
      changeRetentionMs: 30 * 86_400_000,
    });
  });

  it.each([
    [{ sync_minutes: 0 }, /aggregators\[0\] \(acme\): catalogue\.sync_minutes/],
    [{ shrink_percent: 101 }, /catalogue\.shrink_percent/],
    [{ hide_after_syncs: 1.5 }, /catalogue\.hide_after_syncs/],
    [{ may_be_empty: 'yes' }, /catalogue\.may_be_empty/],
    [{ sync_seconds: 5 }, /sync_seconds/],
  ])('refuses %j with a line that names the place', (section, message) => {
    expect(() => load(section)).toThrow(message);
  });

  it('refuses an unknown mode and a retention shorter than a dispute', () => {
    expect(() => load({}, { change_retention_days: 1 })).toThrow(/catalogue\.change_retention_days/);
  });

  it('shows pictures from the vendor unless it is told otherwise, and trusts the server of the list', () => {
    const imagesOf = (section: object) => load(section).aggregators[0]?.images;
    expect(imagesOf({})).toEqual({ images: null, trustedHosts: new Set(['acme.test']) });
    expect(imagesOf({ images: 'proxy' })?.images).toBe('proxy');
    expect(load({}).aggregators[0]?.hidesVendorImages).toBe(false);
    expect(() => load({ images: 'hidden' })).toThrow(/catalogue\.images/);
  });
});
