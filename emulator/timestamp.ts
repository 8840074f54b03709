/**
 * A time as Discord writes it, with six digits of a second and an offset: `2021-01-01T00:00:00.123000+00:00`. Some
 * libraries understand no `Z`, such as discord.py on Python before 3.11.
 */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}
