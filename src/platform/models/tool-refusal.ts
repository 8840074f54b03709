import type { ProviderReport } from './errors.ts';
import { readFailure } from './failure.ts';

const subject = /\btools?\b|\btool[ _-](use|choice|calls?|calling)\b|\bfunctions?[ _-]?call(s|ing)?\b/;
const refusal =
  /n[o']t (currently )?(support|enable)|unsupported|not (available|allowed|permitted|accepted|compatible|implemented)|isn't|unknown|unrecognized|unrecognised|unexpected|requires? `?--|no endpoints found|cannot find field/;
/** The request speaks of one tool, or of one message, as opposed to tools. */
const detail = /schema|parameters for function|tools?[.[]\d|messages?[.[ ]|tool_call_id|tool_use_id|function name/;

/** Whether a provider says that the model, or its server as it was started, can't use tools. */
export function refusesTools(report: ProviderReport): boolean {
  if (![undefined, 400, 404, 405, 422, 500, 501].includes(report.statusCode)) return false;
  const { message, codes } = readFailure(report);
  const words = `${message} ${codes}`.toLowerCase();
  return subject.test(words) && refusal.test(words) && !detail.test(words);
}
