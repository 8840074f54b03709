import { z } from 'zod';

function shape(error: string, pattern: RegExp) {
  return z.string({ error }).regex(pattern, { error });
}

const filled = shape('text that is not empty', /\S/);

/** A bucket of Amazon S3, or of a service with its API. */
const bucketSchema = z
  .strictObject({
    bucket: shape(
      'the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes',
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    ),
    region: shape('a region such as eu-central-1, or auto', /^[a-z0-9-]{1,40}$/).default('us-east-1'),
    /** Amazon's of the region unless given. */
    endpoint: z
      .string({ error: 'an address that begins with http:// or https://' })
      .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
        error: 'an address that begins with http:// or https://',
      })
      .optional(),
    prefix: shape('parts that end with a slash, such as familiar/', /^([A-Za-z0-9._-]+\/)*$/).default(''),
    /** The bucket in the path of addresses. Unless given: with an endpoint of one's own, not with Amazon's. */
    pathStyle: z.boolean().optional(),
    accessKeyId: filled.optional(),
    secretAccessKey: filled.optional(),
  })
  .superRefine((value, context) => {
    for (const [field, variable] of keyVariables) {
      if (value[field] !== undefined) continue;
      context.addIssue({ code: 'custom', message: `${field} is missing: set ${variable} in .env` });
    }
  })
  .transform(({ endpoint, pathStyle, accessKeyId = '', secretAccessKey = '', ...rest }) => ({
    ...rest,
    endpoint: (endpoint ?? `https://s3.${rest.region}.amazonaws.com`).replace(/\/+$/, ''),
    pathStyle: pathStyle ?? endpoint !== undefined,
    accessKeyId,
    secretAccessKey,
  }));

/** Where the key of a bucket comes from. */
export const keyVariables = [
  ['accessKeyId', 'S3_ACCESS_KEY_ID'],
  ['secretAccessKey', 'S3_SECRET_ACCESS_KEY'],
] as const;

export function filesSchema(wholeNumber: (least: number, most: number) => z.ZodType<number>) {
  return z
    .strictObject({
      /** `files` in the data folder unless given. */
      path: filled.optional(),
      /** In place of a folder. */
      s3: bucketSchema.optional(),
      maxFileMb: wholeNumber(1, 1000).default(25),
      maxMbPerOwner: wholeNumber(1, 10_000_000).nullable().default(500),
      maxMb: wholeNumber(1, 1_000_000_000).nullable().default(5000),
    })
    .superRefine(({ path, s3 }, context) => {
      if (path === undefined || s3 === undefined) return;
      context.addIssue({
        code: 'custom',
        message: 'path and s3 exclude each other: files are in a folder or in a bucket',
      });
    });
}
