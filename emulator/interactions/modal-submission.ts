import { extname } from 'node:path';
import { z } from 'zod';
import type { UploadedFile } from '../contract.ts';
import { FormErrors } from '../errors.ts';
import { lengthOf } from '../forms.ts';
import { list } from '../messages/select-menus.ts';
import { checkSelected, ComponentType, isSelect, type Component } from './components.ts';
import type { Resolver } from './resolve.ts';

/** Source: "File Type Filtering" in Discord's reference; names are all that is looked at. */
const fileGroups: Readonly<Record<string, readonly string[]>> = {
  image: ['.png', '.gif', '.jpg', '.jpeg', '.jfif', '.webp', '.avif'],
  video: ['.mp4', '.mov', '.qt', '.webm'],
  audio: ['.mp3', '.m4a', '.wav', '.ogg', '.opus', '.flac'],
};

/** More than any form has, whatever wraps them. */
const mostFields = 40;
const mostValues = 25;

const field = z.object({
  type: z.number(),
  custom_id: z.string(),
  value: z.union([z.string(), z.boolean()]).nullish(),
  values: list(z.string(), 0, mostValues).nullish(),
});

type Field = z.output<typeof field>;

/** What a user filled in, with or without the rows and labels around it; text in between has no value. */
export const submittedComponents = list(
  z.union([
    z.object({ type: z.literal(ComponentType.row), components: list(field, 0, mostFields) }),
    z.object({ type: z.literal(ComponentType.label), component: field }),
    z.object({ type: z.literal(ComponentType.textDisplay) }),
    field,
  ]),
  0,
  mostFields,
);

interface Submission {
  resolver: Resolver;
  viewerId: string;
  /** By the id that the submission gives them. */
  uploads: ReadonlyMap<string, UploadedFile>;
}

/**
 * The components of a modal submission as the application gets them: in the order and the wrapping in which they were
 * shown, optional ones that were left out empty. Throws 50035 for values that the form does not allow; no upload is
 * kept then.
 */
export function checkSubmission(
  shown: readonly Component[],
  submitted: z.output<typeof submittedComponents>,
  submission: Submission,
): unknown[] {
  const fields = new Map(submitted.flatMap(unwrap).map((item) => [item.custom_id, item]));
  const givenTo = (component: Component): Field | undefined => fields.get(component.custom_id ?? '');
  const inputs = shown.flatMap((part) => part.components ?? part.component ?? []);
  const check = new SubmissionCheck(submission);
  for (const input of inputs) check.check(input, givenTo(input));
  check.errors.throwIfAny();
  const answer = (component: Component): unknown => ({
    type: component.type,
    id: component.id,
    custom_id: component.custom_id,
    ...valueOf(component, givenTo(component), submission.resolver),
  });
  return shown.map(({ type, id, components, component }) => ({
    type,
    id,
    ...(components === undefined ? {} : { components: components.map(answer) }),
    ...(component === undefined ? {} : { component: answer(component) }),
  }));
}

function unwrap(item: z.output<typeof submittedComponents>[number]): Field[] {
  if ('components' in item) return item.components;
  if ('component' in item) return [item.component];
  return 'custom_id' in item ? [item] : [];
}

/** Source: the "Interaction Response Structure" of each component in Discord's component reference. */
function valueOf({ type }: Component, given: Field | undefined, resolver: Resolver): Record<string, unknown> {
  switch (type) {
    case ComponentType.textInput:
      return { value: given?.value ?? '' };
    case ComponentType.radioGroup:
      return { value: given?.value ?? null };
    case ComponentType.checkbox:
      return { value: given?.value ?? false };
    case ComponentType.fileUpload:
      return { values: (given?.values ?? []).flatMap((id) => resolver.addAttachment(id) ?? []) };
    default:
      return { values: given?.values ?? [] };
  }
}

class SubmissionCheck {
  readonly errors = new FormErrors();
  readonly #submission: Submission;
  readonly #takenUploads = new Set<string>();

  constructor(submission: Submission) {
    this.#submission = submission;
  }

  check(component: Component, given: Field | undefined): void {
    const path = ['data', 'components', component.custom_id ?? ''];
    const values = given?.values ?? [];
    if (isSelect(component.type)) {
      checkSelected(component, values, this.#submission.resolver, this.#submission.viewerId, path);
      return;
    }
    switch (component.type) {
      case ComponentType.textInput:
        return this.#checkText(component, given?.value, path);
      case ComponentType.radioGroup:
        return this.#checkRadio(component, given?.value, path);
      case ComponentType.checkbox:
        if (given?.value == null || typeof given.value === 'boolean') return;
        this.errors.add(path, 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
        return;
      case ComponentType.checkboxGroup:
        this.#checkCount(component, values, path);
        return this.#checkOptions(component, values, path);
      default:
        this.#checkCount(component, values, path);
        return this.#checkUploads(component, values, path);
    }
  }

  #checkText(component: Component, value: unknown, path: PropertyKey[]): void {
    if (value != null && typeof value !== 'string') {
      this.errors.add(path, 'STRING_TYPE_CONVERT', 'Must be a string.');
      return;
    }
    const length = lengthOf(value ?? '');
    if (length === 0) {
      if (component.required !== false) this.#require(path);
      return;
    }
    const [minimum, maximum] = [component.min_length ?? 0, component.max_length ?? 4_000];
    if (length >= minimum && length <= maximum) return;
    const message = `Must be between ${String(minimum)} and ${String(maximum)} in length.`;
    this.errors.add(path, 'BASE_TYPE_BAD_LENGTH', message);
  }

  #checkRadio(component: Component, value: Field['value'], path: PropertyKey[]): void {
    if (value == null || value === '') {
      if (component.required !== false) this.#require(path);
    } else this.#checkOptions(component, [String(value)], path);
  }

  #checkOptions({ options = [] }: Component, values: readonly string[], path: PropertyKey[]): void {
    for (const value of values) {
      if (options.some((option) => option.value === value)) continue;
      const message = `The value ${value.slice(0, 100)} is not selectable`;
      this.errors.add(path, 'COMPONENT_VALIDATION_FAILED', message);
    }
  }

  #checkCount(component: Component, values: readonly string[], path: PropertyKey[]): void {
    if (values.length === 0 && component.required === false) return;
    if (values.length === 0) return this.#require(path);
    const [minimum, maximum] = [component.min_values ?? 1, component.max_values ?? 1];
    const isEachOnce = new Set(values).size === values.length;
    if (values.length >= minimum && values.length <= maximum && isEachOnce) return;
    const message = `Must be between ${String(minimum)} and ${String(maximum)} different values.`;
    this.errors.add(path, 'BASE_TYPE_BAD_LENGTH', message);
  }

  #checkUploads(component: Component, ids: readonly string[], path: PropertyKey[]): void {
    for (const id of ids) {
      const upload = this.#submission.uploads.get(id);
      if (upload === undefined || this.#takenUploads.has(id)) {
        const message = `Attachment with id ${id.slice(0, 30)} not found`;
        this.errors.add(path, 'MESSAGE_ATTACHMENT_NOT_FOUND', message);
      } else if (!isOfType(upload.filename, component.file_types ?? [])) {
        const message = `${upload.filename.slice(0, 100)} is of none of the types ${(component.file_types ?? []).join(', ')}`;
        this.errors.add(path, 'FILE_TYPE_NOT_ALLOWED', message);
      }
      this.#takenUploads.add(id);
    }
  }

  #require(path: PropertyKey[]): void {
    this.errors.add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
  }
}

function isOfType(filename: string, types: readonly string[]): boolean {
  if (types.length === 0) return true;
  const extension = extname(filename).toLowerCase();
  return types.some((type) => type === extension || fileGroups[type]?.includes(extension) === true);
}
