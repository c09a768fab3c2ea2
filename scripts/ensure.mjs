/** Installs and builds what the tests need: Landfall and its example shop. */
import { built, installed, root, shop } from './install.mjs';

installed(root);
installed(shop);
built();
