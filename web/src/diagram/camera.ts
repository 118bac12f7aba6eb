/** Where one looks at a picture from: an offset in pixels and a scale. Pure. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

const SMALLEST = 0.02;
const LARGEST = 8;
const MARGIN = 12;
const MOST_FITTED = 1.25;

/** All of the picture in the middle of the box; two parts do not become as large as posters. */
export function fitted(box: Size, picture: Size): Camera {
  const scale = Math.min(MOST_FITTED, Math.max(SMALLEST, Math.min((box.width - 2 * MARGIN) / picture.width, (box.height - 2 * MARGIN) / picture.height)));
  return { scale, x: (box.width - picture.width * scale) / 2, y: (box.height - picture.height * scale) / 2 };
}

/** Text of 12.5 px drawn smaller than this is no text any more, and at the other scale it can be read. */
const TOO_SMALL = 0.24;
const READABLE = 0.6;

/** The whole, or where nobody could read that (a wide picture on a telephone), its left side at a size that can be read. */
export function begun(box: Size, picture: Size): Camera {
  const whole = fitted(box, picture);
  if (whole.scale >= TOO_SMALL) return whole;
  const scale = Math.max(whole.scale, Math.min(READABLE, (box.height - 2 * MARGIN) / picture.height));
  return { scale, x: MARGIN, y: Math.max(MARGIN, (box.height - picture.height * scale) / 2) };
}

/** Closer or farther by a factor; the point under `at` stays where it is. */
export function zoomed(camera: Camera, factor: number, at: { x: number; y: number }): Camera {
  const scale = Math.min(LARGEST, Math.max(SMALLEST, camera.scale * factor));
  return { scale, x: at.x - ((at.x - camera.x) * scale) / camera.scale, y: at.y - ((at.y - camera.y) * scale) / camera.scale };
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}
