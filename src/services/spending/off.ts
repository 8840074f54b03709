import type { AccessService } from '../access/index.ts';
import { notAllowed } from './admission.ts';
import type { Spending } from './port.ts';

/** For an instance whose models are all free and whose owner counts nothing: only access is asked. */
export function createSpendingOff({ access }: { access: AccessService }): Spending {
  return {
    admit: (_tx, { caller, place, action, model, ability }) => {
      const asked = model ?? ability;
      const actions = asked ? [action, { kind: 'model' as const, id: asked.id }] : [action];
      for (const asked of actions) {
        const decision = access.decide(caller, place, asked);
        if (decision.allowed) continue;
        return Promise.reject(notAllowed(decision));
      }
      return Promise.resolve();
    },
    // Nobody waits for it: `call` needs none.
    admitted: () => new Promise(() => {}),
    call: ({ outputTokens }) =>
      Promise.resolve({
        outputTokens: outputTokens.wanted,
        mayUse: (model) => !model.paid,
        settle: () => Promise.resolve([]),
        fail: () => Promise.resolve(),
        waive: () => Promise.resolve(),
      }),
    hold: ({ model }) =>
      model.paid
        ? Promise.reject(new Error(`${model.id} costs money, which nobody counts.`))
        : Promise.resolve({
            settle: () => Promise.resolve([]),
            fail: () => Promise.resolve(),
            waive: () => Promise.resolve(),
          }),
    rolesOf: () => Promise.resolve([]),
    allowancesOf: () => Promise.resolve([]),
    charge: async (_of, work) => (await work()).result,
    finish: () => Promise.resolve(),
    recover: () => Promise.resolve(),
    writeOff: () => Promise.resolve(),
    shown: () => Promise.resolve(),
    forgetUser: () => Promise.resolve(0),
    explain: () => Promise.resolve(undefined),
    modelFor: (model) => Promise.resolve(model),
  };
}
