import { expect, test } from 'vitest';
import { currentPage, generatedPages } from '../../scripts/docs.js';

const pages = await generatedPages();

test.each(pages)('$path is what npm run docs writes', ({ path, content }) => {
  expect(currentPage(path)).toBe(content);
});
