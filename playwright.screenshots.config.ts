import base from './playwright.config';

/** `npm run screenshots`: the pictures of the documentation, taken from the app as it is. */
export default { ...base, testDir: 'tests/screenshots' };
