/** How near an image is to another, both of 4 bytes a pixel. */
export interface Quality {
  /** In decibels; more is nearer. */
  psnr: number;
  /** Of the luminance, in windows of 8 × 8 pixels; 1 is equal. */
  ssim: number;
}

const WINDOW = 8;
/** Constants of the paper: Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity". */
const [C1, C2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

export function qualityOf(original: Uint8Array, shown: Uint8Array, width: number, height: number): Quality {
  let squares = 0;
  for (let at = 0; at < original.length; at += 4) {
    for (let channel = 0; channel < 3; channel++)
      squares += ((original[at + channel] ?? 0) - (shown[at + channel] ?? 0)) ** 2;
  }
  const error = squares / (width * height * 3);
  const [one, two] = [luminance(original), luminance(shown)];
  let ssim = 0;
  let windows = 0;
  for (let top = 0; top + WINDOW <= height; top += WINDOW) {
    for (let left = 0; left + WINDOW <= width; left += WINDOW) {
      ssim += windowSsim(one, two, width, top * width + left);
      windows++;
    }
  }
  return { psnr: 10 * Math.log10(255 ** 2 / error), ssim: ssim / windows };
}

function luminance(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length / 4);
  for (let index = 0, at = 0; index < values.length; index++, at += 4) {
    values[index] = 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  }
  return values;
}

function windowSsim(one: Float32Array, two: Float32Array, width: number, start: number): number {
  let [sum1, sum2, squares1, squares2, products] = [0, 0, 0, 0, 0];
  for (let row = 0; row < WINDOW; row++) {
    for (let column = 0; column < WINDOW; column++) {
      const a = one[start + row * width + column] ?? 0;
      const b = two[start + row * width + column] ?? 0;
      sum1 += a;
      sum2 += b;
      squares1 += a * a;
      squares2 += b * b;
      products += a * b;
    }
  }
  const count = WINDOW * WINDOW;
  const [mean1, mean2] = [sum1 / count, sum2 / count];
  const [variance1, variance2] = [squares1 / count - mean1 ** 2, squares2 / count - mean2 ** 2];
  const covariance = products / count - mean1 * mean2;
  const above = (2 * mean1 * mean2 + C1) * (2 * covariance + C2);
  return above / ((mean1 ** 2 + mean2 ** 2 + C1) * (variance1 + variance2 + C2));
}
