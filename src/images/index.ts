/** The picture proxy's public face. */
export { images } from './routes.ts';
export type { ImagesOptions, ListedImage } from './routes.ts';
export { imagePath } from './rules.ts';
