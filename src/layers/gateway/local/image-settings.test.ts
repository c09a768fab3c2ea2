import { expect, test } from 'vitest';
import { configOf, nestService } from '../../../stack/testing/config.js';
import { dockerfile } from '../image.js';
import { imageSettings, settingsIn } from './image-settings.js';

test('the settings of an image are those that its Dockerfile has', () => {
  const config = configOf({ services: [nestService('offers', { minInstances: 0 })] });
  const settings = settingsIn(dockerfile(config));
  expect(settings['KONG_DATABASE']).toBe('off');
  expect(imageSettings(settings)).toEqual({
    untrustedLua: 'sandbox',
    sandboxRequires: ['landfall-wake.main'],
    sharedDictionaries: ['landfall'],
    endsWithClient: false,
  });
});

test('where nothing is said Kong’s defaults hold', () => {
  expect(imageSettings({})).toEqual({
    untrustedLua: 'sandbox',
    sandboxRequires: [],
    sharedDictionaries: [],
    endsWithClient: false,
  });
});

test('nginx’s directive for clients that leave is taken from either block', () => {
  for (const block of ['PROXY', 'HTTP'])
    expect(imageSettings({ [`KONG_NGINX_${block}_LUA_CHECK_CLIENT_ABORT`]: 'on' }).endsWithClient).toBe(true);
});
